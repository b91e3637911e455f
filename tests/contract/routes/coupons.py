"""Discount codes, for staff."""

from tests.contract.tries import Try

_NEW = {"code": "flat20", "name": "Flat 20% off", "multiplier": 0.8, "upto": 0, "flatoff": 0}


def _coupon(stage):
    return {"coupon_id": stage.discount.pk}


ROUTES = {
    "coupons_list": lambda stage: (
        Try(status=200, who="staff"),
        Try(status=403, who="customer", code="permission_denied"),
    ),
    "coupons_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=409, who="staff", body=_NEW | {"code": stage.discount.code}, code="duplicate_code"),
    ),
    "coupons_retrieve": lambda stage: (
        Try(status=200, who="staff", path=_coupon(stage)),
        Try(status=404, who="staff", path={"coupon_id": 10**9}, code="not_found"),
    ),
    "coupons_update": lambda stage: (
        Try(status=200, who="staff", path=_coupon(stage), body=_NEW),
        Try(status=400, who="staff", path=_coupon(stage), body={"code": "x"}, code="invalid"),
    ),
    "coupons_partial_update": lambda stage: (
        Try(status=200, who="staff", path=_coupon(stage), body={"is_suspended": True}),
        Try(status=403, who="clerk", path=_coupon(stage), body={"is_suspended": True}),
    ),
    "coupons_destroy": lambda stage: (
        Try(status=200, who="staff", path=_coupon(stage)),
        Try(status=401, path=_coupon(stage), code="not_authenticated"),
    ),
}
