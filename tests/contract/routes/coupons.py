"""Discount codes, for staff."""

from tests.contract.tries import Try

_NEW = {"code": "flat20", "name": "Flat 20% off", "multiplier": 0.8, "upto": 0, "flatoff": 0}


def _coupon(stage):
    return {"who": "staff", "path": {"coupon_id": stage.discount.pk}}


ROUTES = {
    "coupons_list": lambda stage: (
        Try(status=200, who="staff", query={"code": stage.discount.code}),
        Try(status=403, who="customer", code="permission_denied"),
    ),
    "coupons_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=409, who="staff", body=_NEW | {"code": stage.discount.code}, code="duplicate_code"),
    ),
    "coupons_retrieve": lambda stage: (
        Try(status=200, **_coupon(stage)),
        Try(status=404, who="staff", path={"coupon_id": 10**9}, code="not_found"),
    ),
    "coupons_update": lambda stage: (
        Try(status=200, body=_NEW, **_coupon(stage)),
        Try(status=400, body=_NEW | {"multiplier": 2}, code="invalid", **_coupon(stage)),
    ),
    "coupons_partial_update": lambda stage: (
        Try(status=200, body={"is_suspended": True}, **_coupon(stage)),
        Try(status=400, body={"max_uses": 0}, code="invalid", **_coupon(stage)),
    ),
    "coupons_destroy": lambda stage: (
        Try(status=200, **_coupon(stage)),
        Try(status=403, who="clerk", path={"coupon_id": stage.discount.pk}, code="permission_denied"),
    ),
}
