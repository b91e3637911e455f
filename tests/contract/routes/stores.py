"""Stores."""

from catalog.tests.factories import StoreFactory
from tests.contract.tries import Try

_NEW = {"name": "Nordlicht", "email": "hello@nordlicht.example", "country": "DE"}


def _store(stage):
    return {"store_id": stage.product.store_id}


ROUTES = {
    "stores_list": lambda stage: (
        Try(status=200),
        Try(status=404, query={"page": 99}, code="not_found"),
    ),
    "stores_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW),
        Try(status=403, who="customer", body=_NEW, code="permission_denied"),
    ),
    "stores_retrieve": lambda stage: (
        Try(status=200, path=_store(stage)),
        Try(status=404, path={"store_id": 10**9}, code="not_found"),
    ),
    "stores_update": lambda stage: (
        Try(status=200, who="staff", path=_store(stage), body=_NEW),
        Try(
            status=412,
            who="staff",
            path=_store(stage),
            body=_NEW,
            headers={"if-match": '"old"'},
            code="changed_since",
        ),
    ),
    "stores_partial_update": lambda stage: (
        Try(status=200, who="staff", path=_store(stage), body={"city": "Kiel"}),
        Try(status=400, who="staff", path=_store(stage), body={"email": "kim"}, code="invalid"),
    ),
    "stores_destroy": lambda stage: (
        Try(status=200, who="staff", path={"store_id": StoreFactory().pk}),
        Try(status=409, who="staff", path=_store(stage), code="store_in_use"),
    ),
}
