"""Placing orders, looking at them, changing them."""

from tests.contract.tries import Try


def _order(order):
    return {"order_id": order.pk}


def _lines(stage, quantity):
    return {"items": [{"sku": stage.variant.sku, "quantity": quantity}], "reason": "By phone"}


ROUTES = {
    "orders_list": lambda stage: (
        Try(status=200, who="staff", query={"status": "Shipped", "page_size": 2}),
        Try(status=400, who="staff", query={"status": "lost"}, code="invalid"),
    ),
    "orders_create": lambda stage: (
        Try(
            status=201,
            headers={"idempotency-key": "one"},
            body={
                "email": "nora@example.com",
                "shipping_address": stage.address,
                "items": [{"product_id": stage.product.pk}],
            },
        ),
        Try(
            status=409,
            body={
                "email": "nora@example.com",
                "shipping_address": "123 Elm St",
                "items": [{"product_id": stage.sold_out.pk}],
            },
            code="out_of_stock",
        ),
    ),
    "orders_retrieve": lambda stage: (
        Try(status=200, path=_order(stage.shipped), query={"token": stage.shipped.token}),
        Try(status=404, who="customer", path=_order(stage.open_order), code="not_found"),
    ),
    "orders_update": lambda stage: (
        Try(
            status=200,
            who="customer",
            path=_order(stage.paid),
            body={"shipping_address": stage.address | {"line1": "Oak Road 9"}},
        ),
        Try(
            status=409,
            who="customer",
            path=_order(stage.shipped),
            body={"shipping_address": stage.address},
            code="too_late",
        ),
    ),
    "orders_status_update": lambda stage: (
        Try(status=200, who="staff", path=_order(stage.paid), body={"order_status": "Shipped"}),
        Try(
            status=409,
            who="staff",
            path=_order(stage.shipped),
            body={"order_status": "Pending"},
            code="wrong_state",
        ),
    ),
    "order_files_list": lambda stage: (
        Try(status=200, who="customer", path=_order(stage.shipped)),
        Try(status=404, path=_order(stage.shipped), query={"token": "wrong"}, code="not_found"),
    ),
    "orders_items_update": lambda stage: (
        Try(status=200, who="staff", path=_order(stage.paid), body=_lines(stage, 1)),
        Try(
            status=403,
            who="customer",
            path=_order(stage.paid),
            body=_lines(stage, 1),
            code="permission_denied",
        ),
    ),
    "orders_picking_update": lambda stage: (
        Try(status=200, who="staff", path=_order(stage.paid), body={"picking": True}),
        Try(
            status=409,
            who="staff",
            path=_order(stage.open_order),
            body={"picking": True},
            code="not_paid",
        ),
    ),
    "customers_orders_list": lambda stage: (
        Try(status=200, who="customer", path={"customer_id": stage.customer.customer_id}),
        Try(status=404, who="customer", path={"customer_id": stage.staff.customer_id}, code="not_found"),
    ),
}
