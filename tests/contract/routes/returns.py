"""Returns and withdrawal."""

from tests.contract.tries import Try


def _step(done_to, refused_for, **body):
    """A step of staff: done to one return, refused for another (not its moment)."""

    def both(stage):
        done, refused = getattr(stage, done_to), getattr(stage, refused_for)
        return (
            Try(status=200, who="staff", path=stage.of_return(done), body=_named(body, done)),
            Try(
                status=409,
                who="staff",
                path=stage.of_return(refused),
                body=_named(body, refused),
                code="wrong_state",
            ),
        )

    return both


def _named(body, return_):
    """The body with the return's own item in place of `items`."""
    item = {"item_id": return_.lines.get().line_id, "received_quantity": 1, "restocked_quantity": 1}
    return body | {"items": [item]} if "items" in body else body


def _new(stage):
    item = {"item_id": stage.shipped.lines.get().pk, "quantity": 1, "reason": "Damaged"}
    path = {"order_id": stage.shipped.pk}
    return (
        Try(status=201, who="customer", path=path, body={"items": [item]}),
        Try(status=400, who="customer", path=path, body={"items": [item, item]}, code="bad_input"),
    )


ROUTES = {
    "orders_returns_list": lambda stage: (
        Try(status=200, who="customer", path={"order_id": stage.asked.order_id}),
        Try(status=404, who="customer", path={"order_id": stage.open_order.pk}, code="not_found"),
    ),
    "orders_returns_create": _new,
    "orders_returns_retrieve": lambda stage: (
        Try(status=200, who="customer", path=stage.of_return(stage.asked)),
        Try(
            status=404,
            who="customer",
            path=stage.of_return(stage.asked) | {"number": "NONE"},
            code="not_found",
        ),
    ),
    "orders_returns_approve": _step("asked", "arrived", answer="Gladly"),
    "orders_returns_reject": _step("asked", "arrived", reason="Engraved"),
    "orders_returns_receive": _step("approved", "asked", items=[]),
    "orders_returns_close": _step("approved", "asked", reason="It never came"),
    "orders_returns_refund": _step("arrived", "asked"),
    "orders_returns_cancel": lambda stage: (
        Try(status=200, who="customer", path=stage.of_return(stage.asked)),
        Try(status=409, who="customer", path=stage.of_return(stage.arrived), code="wrong_state"),
    ),
    "orders_withdrawal_list": lambda stage: (
        Try(status=200, who="customer", path={"order_id": stage.shipped.pk}),
        Try(status=404, who="customer", path={"order_id": stage.open_order.pk}, code="not_found"),
    ),
    "orders_withdrawal_create": lambda stage: (
        Try(status=201, who="customer", path={"order_id": stage.shipped.pk}, body={"name": "Nora Nagel"}),
        Try(
            status=400, who="customer", path={"order_id": stage.shipped.pk}, body={"name": ""}, code="invalid"
        ),
    ),
}
