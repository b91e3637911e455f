"""The names of older programs."""

from tests.contract.tries import Try

_NEW = {"name": "Smartphone", "price": 699.99, "quantity": 50}


def _update_cart(stage):
    return (
        Try(status=200, body={"sid": stage.cart.token, "pid": stage.product.pk, "v": 3}),
        Try(status=404, body={"sid": "nobodys", "pid": stage.product.pk}, code="unknown_cart"),
    )


ROUTES = {
    "crudproducts_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=403, who="customer", body=_NEW, code="permission_denied"),
    ),
    "crudproducts_update": lambda stage: (
        Try(status=200, who="staff", body={"id": stage.product.pk, "quantity": 40}),
        Try(status=404, who="staff", body={"id": 10**9, "quantity": 40}),
    ),
    "crudproducts_destroy": lambda stage: (
        Try(status=200, who="staff", query={"id": stage.product.pk}),
        Try(status=404, who="staff", query={"id": 10**9}),
    ),
    "updatecart_create": _update_cart,
    "updatecart_update": _update_cart,
    "viewcart_retrieve": lambda stage: (
        Try(status=200, path={"sid": stage.cart.token}),
        Try(status=404, path={"sid": "nobodys"}, code="unknown_cart"),
    ),
}
