"""Categories, products and how many there are."""

from catalog.tests.factories import CategoryFactory, ProductFactory
from tests.contract.tries import Try

_NEW = {"product_name": "Smartphone", "price": 699.99, "stock_quantity": 50}


def _category(stage):
    return {"category_id": stage.product.category_id}


def _product(stage):
    return {"product_id": stage.product.pk}


ROUTES = {
    "categories_list": lambda stage: (
        Try(status=200),
        Try(status=400, query={"tree": "perhaps"}, code="invalid"),
    ),
    "categories_create": lambda stage: (
        Try(status=201, who="staff", body={"name": "Lamps"}),
        Try(status=403, who="customer", body={"name": "Lamps"}, code="permission_denied"),
    ),
    "categories_search": lambda stage: (
        Try(status=200, query={"q": stage.product.category.name}),
        Try(status=400, code="invalid"),
    ),
    "categories_retrieve": lambda stage: (
        Try(status=200, path=_category(stage)),
        Try(status=404, path={"category_id": 10**9}, code="not_found"),
    ),
    "categories_update": lambda stage: (
        Try(status=200, who="staff", path=_category(stage), body={"name": "Lamps"}),
        Try(
            status=409,
            who="staff",
            path=_category(stage),
            body={"name": CategoryFactory().name},
            code="duplicate_name",
        ),
    ),
    "categories_partial_update": lambda stage: (
        Try(status=200, who="staff", path=_category(stage), body={"hue": 20}),
        Try(
            status=400,
            who="staff",
            path=_category(stage),
            body={"parent_category_id": stage.product.category_id},
            code="cycle",
        ),
    ),
    "categories_destroy": lambda stage: (
        Try(status=200, who="staff", path={"category_id": CategoryFactory().pk}),
        Try(status=409, who="staff", path=_category(stage), code="category_in_use"),
    ),
    "products_list": lambda stage: (
        Try(status=200, query={"in_stock": "1", "ordering": "-price"}),
        Try(status=400, query={"min_price": "abc"}, code="invalid"),
    ),
    "products_search": lambda stage: (
        Try(status=200, query={"q": stage.product.name}),
        Try(status=400, query={"q": ""}, code="invalid"),
    ),
    "products_create": lambda stage: (
        Try(status=201, who="staff", body=_NEW | {"category_id": stage.product.category_id}),
        Try(
            status=409,
            who="staff",
            body=_NEW | {"category_id": stage.product.category_id, "sku": stage.variant.sku},
            code="duplicate_sku",
        ),
    ),
    "products_retrieve": lambda stage: (
        Try(status=200, path=_product(stage)),
        Try(status=404, path={"product_id": ProductFactory(status="draft").pk}, code="not_found"),
    ),
    "products_update": lambda stage: (
        Try(
            status=200,
            who="staff",
            path=_product(stage),
            body=_NEW | {"category_id": stage.product.category_id},
        ),
        Try(status=400, who="staff", path=_product(stage), body={"price": 1}, code="invalid"),
    ),
    "products_partial_update": lambda stage: (
        Try(status=200, who="staff", path=_product(stage), body={"price": 5.00}),
        Try(status=403, who="clerk", path=_product(stage), body={"price": 5}, code="permission_denied"),
    ),
    "products_destroy": lambda stage: (
        Try(status=200, who="staff", path=_product(stage)),
        Try(status=404, who="staff", path={"product_id": 10**9}, code="not_found"),
    ),
    "products_notify": lambda stage: (
        Try(status=202, path={"product_id": stage.sold_out.pk}, body={"email": "kim@example.com"}),
        Try(status=400, path={"product_id": stage.sold_out.pk}, body={"email": "kim"}, code="invalid"),
    ),
    "inventory_availability": lambda stage: (
        Try(status=200, who="staff", path=_product(stage), query={"sku": stage.variant.sku}),
        Try(status=404, path=_product(stage), query={"sku": "NONE"}, code="not_found"),
    ),
}
