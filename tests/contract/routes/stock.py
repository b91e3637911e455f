"""Stock that programs keep for a cart, and take."""

from tests.contract.tries import Try


def _product(stage):
    return {"product_id": stage.product.pk}


def _release(stage):
    answer = stage.visit(
        f"/api/inventory/{stage.product.pk}/hold", {"quantity": 1}, method="put", **stage.holder
    )
    hold = answer.json().get("hold_id", "NONE")
    return (
        Try(status=200, path=_product(stage), query={"hold_id": hold}, headers=stage.holder),
        Try(status=404, path=_product(stage), query={"hold_id": "NONE"}, headers=stage.holder),
    )


ROUTES = {
    "inventory_hold": lambda stage: (
        Try(status=200, path=_product(stage), body={"quantity": 2}, headers=stage.holder),
        Try(
            status=409,
            path=_product(stage),
            body={"quantity": 900},
            headers=stage.holder,
            code="out_of_stock",
        ),
    ),
    "inventory_hold_release": _release,
    "inventory_decrement": lambda stage: (
        Try(status=200, who="staff", path=_product(stage), body={"quantity": 2, "reference": "till:1"}),
        Try(
            status=409,
            who="staff",
            path=_product(stage),
            body={"quantity": 900, "reference": "till:1"},
            code="out_of_stock",
        ),
    ),
}
