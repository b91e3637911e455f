"""Products and carts under the names of older programs."""

from tests.contract.tries import Try

_NEW = {"name": "Smartphone", "price": 699.99, "quantity": 50}


def _change(stage):
    return (
        Try(status=200, body={"sid": stage.cart.token, "pid": stage.product.pk, "v": 3}),
        Try(status=409, body={"sid": stage.cart.token, "pid": stage.sold_out.pk}, code="out_of_stock"),
    )


ROUTES = {
    "crudproducts_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=400, who="staff", body=_NEW | {"price": -1}, code="invalid"),
    ),
    "crudproducts_update": lambda stage: (
        Try(status=200, who="staff", body={"id": stage.product.pk, "price": 5.00}),
        Try(status=404, who="staff", body={"id": 10**9, "price": 5.00}, code="not_found"),
    ),
    "crudproducts_destroy": lambda stage: (
        Try(status=200, who="staff", query={"id": stage.product.pk}),
        Try(status=403, who="clerk", query={"id": stage.product.pk}, code="permission_denied"),
    ),
    "updatecart_create": _change,
    "updatecart_update": _change,
    "viewcart_retrieve": lambda stage: (
        Try(status=200, path={"sid": stage.cart.token}),
        Try(status=404, path={"sid": "nobodys"}, code="unknown_cart"),
    ),
}
