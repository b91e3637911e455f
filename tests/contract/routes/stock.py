"""Stock kept for a cart, and pieces that left elsewhere."""

from orders.services.keeping import keep
from tests.contract.tries import Try


def _product(stage):
    return {"product_id": stage.product.pk}


def _held(stage):
    kept = keep(variant=stage.variant, quantity=1, cart=stage.cart)
    mine = {"headers": stage.holder, "path": _product(stage)}
    return (
        Try(status=200, query={"hold_id": kept.hold_id}, **mine),
        Try(status=404, query={"hold_id": "nobodys"}, code="unknown_hold", **mine),
    )


ROUTES = {
    "inventory_hold": lambda stage: (
        Try(status=200, headers=stage.holder, path=_product(stage), body={"quantity": 2}),
        Try(
            status=409,
            headers=stage.holder,
            path=_product(stage),
            body={"quantity": 999},
            code="out_of_stock",
        ),
    ),
    "inventory_hold_release": _held,
    "inventory_decrement": lambda stage: (
        Try(status=200, who="staff", path=_product(stage), body={"quantity": 1, "reference": "till-1:1"}),
        Try(
            status=409,
            who="staff",
            path=_product(stage),
            body={"quantity": 5000, "reference": "till-1:2"},
            code="out_of_stock",
        ),
    ),
}
