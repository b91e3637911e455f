"""Products, categories and stock for programs."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from catalog.models import Category, Product, Variant
from catalog.services import inventory
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    ProductImageFactory,
    StoreFactory,
    VariantFactory,
)
from catalog.tests.searching import searching
from customers.models import User
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    return APIClient()


@pytest.fixture
def staff(api):
    user = UserFactory(email="merchandiser@alcove.example", is_staff=True)
    names = [
        f"{verb}_{model}" for verb in ("add", "change", "delete", "view") for model in ("product", "category")
    ]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*names, "view_stockitem"]))
    api.force_authenticate(user)
    return api


def names(response):
    assert response.status_code == 200, response.data
    return [row["product_name"] for row in response.data["results"]]


@pytest.mark.parametrize("path", ["/api/products", "/api/products/", "/api/categories", "/api/categories/"])
def test_with_and_without_the_slash(api, path):
    assert api.get(path).status_code == 200


def test_a_product_has_the_documented_shape(api):
    electronics = CategoryFactory(name="Electronics")
    product = ProductFactory(name="Smartphone", price="699.99", stock=50, sku="PHONE", category=electronics)
    product.variants.get().values.add(AttributeValueFactory(value="Black"))
    body = api.get(f"/api/products/{product.pk}").json()
    wanted = {
        "product_id": product.pk,
        "product_name": "Smartphone",
        "category": "Electronics",
        "subcategory": None,
        "price": 699.99,
        "stock_quantity": 50,
        "sku": "PHONE",
        "image_url": None,
    }
    assert wanted.items() <= body.items()
    assert body["variants"][0]["attributes"] == {"colour": "Black"}
    assert body["variants"][0]["price"] == 699.99
    assert '"price":699.99' in api.get(f"/api/products/{product.pk}").content.decode()


def test_drafts_are_for_staff(api, staff):
    draft = ProductFactory(status=Product.Status.DRAFT)
    assert staff.get(f"/api/products/{draft.pk}").status_code == 200
    assert APIClient().get(f"/api/products/{draft.pk}").status_code == 404


@searching()
def test_search_forgives_typos(api):
    ProductFactory(name="Field backpack")
    body = api.get("/api/products/search?q=bacpack").json()
    assert (body["count"], body["did_you_mean"]) == (1, "backpack")
    assert api.get("/api/products/search").status_code == 400


def test_lists_cost_the_same_for_any_number(api):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            for path in (
                "/api/products",
                "/api/categories",
                "/api/categories?tree=1",
                "/api/categories/search?q=category",
                "/api/products/search?q=product",
                f"/api/categories/{first.category_id}",
                f"/api/products/{first.pk}",
                f"/api/inventory/{first.pk}/availability",
            ):
                assert api.get(path).status_code == 200
        return len(queries)

    def add(number):
        for _ in range(number):
            VariantFactory(product=ProductFactory(category=CategoryFactory(parent=CategoryFactory())))
            VariantFactory(
                product=first, values=[AttributeValueFactory(value=f"Shade {first.variants.count()}")]
            )
            ProductImageFactory(product=first)

    first = ProductFactory()
    add(2)
    few = cost()
    add(8)
    assert cost() == few


def new(**more):
    return {"product_name": "Lamp", "category_id": CategoryFactory().pk, "sku": "LAMP", "price": 12.5} | more


def test_a_product_is_made_changed_replaced_and_deleted(staff):
    StoreFactory()
    made = staff.post("/api/products/", new(stock_quantity=4))
    assert made.status_code == 201, made.data
    url = f"/api/products/{made.data['product_id']}"
    assert (made.data["price"], made.data["stock_quantity"], made.data["slug"]) == (12.5, 4, "lamp")

    changed = staff.patch(url, {"price": 15, "stock_quantity": 9})
    assert (changed.status_code, changed.data["price"], changed.data["stock_quantity"]) == (200, 15.0, 9)
    assert changed.data["product_name"] == "Lamp"

    variants = [{"sku": "L-1", "price": 10, "attributes": {"colour": "Red"}}, {"sku": "L-2", "price": 11}]
    replaced = staff.put(url, new(product_name="Lamps", variants=variants))
    assert replaced.status_code == 200, replaced.data
    assert [row["sku"] for row in replaced.data["variants"]] == ["L-1", "L-2"]
    for method in (staff.patch, staff.put):
        several = method(url, {"product_name": "Lamps", "category_id": 1, "price": 1})
        assert several.status_code == 400, several.data

    gone = staff.delete(url)
    assert (gone.status_code, gone.data) == (200, {"message": "Product deleted successfully"})
    assert staff.get(url).status_code == staff.delete(url).status_code == 404
    assert (
        Product.all_objects.get(pk=made.data["product_id"]).modified_by.email == "merchandiser@alcove.example"
    )


def test_a_taken_sku_is_409(staff):
    ProductFactory(sku="LAMP")
    response = staff.post("/api/products", new())
    assert (response.status_code, response.data["code"], response.data["sku"]) == (
        409,
        "duplicate_sku",
        "LAMP",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": -1},
        {"price": "much"},
        {"price": None},
        {"category_id": 999},
        {"product_name": ""},
        {"stock_quantity": -1},
        {"stock_quantity": 1.5},
        {"compare_at": 1},
        {"details": [["one"]]},
        {"tax_class": "none"},
        {"variants": [{"sku": "A"}]},
    ],
)
def test_a_wrong_product_is_400_and_nothing_is_written(staff, wrong):
    StoreFactory()
    response = staff.post("/api/products", new(**wrong))
    assert response.status_code == 400, response.data
    assert response["Content-Type"] == "application/problem+json"
    assert not Variant.objects.exists()


def test_only_staff_with_the_permission_write(api):
    product = ProductFactory()
    urls = [
        ("post", "/api/products"),
        ("patch", f"/api/products/{product.pk}"),
        ("delete", f"/api/products/{product.pk}"),
    ]
    urls += [("post", "/api/categories"), ("delete", f"/api/categories/{product.category_id}")]
    for verb, url in urls:
        response = getattr(api, verb)(url, {})
        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
    customer = User.objects.create_user("ada@alcove.example")
    customer.user_permissions.set(Permission.objects.all())
    clerk = UserFactory(email="clerk@alcove.example", is_staff=True)
    for user in (customer, clerk):
        api.force_authenticate(user)
        for verb, url in urls:
            assert getattr(api, verb)(url, {}).status_code == 403
    assert Product.objects.filter(pk=product.pk).exists()


def test_categories_are_listed_nested_and_found(api):
    wear = CategoryFactory(name="Wear")
    bags = CategoryFactory(name="Bags", parent=wear)
    ProductFactory(category=bags)
    rows = {row["name"]: row for row in api.get("/api/categories").data["results"]}
    assert rows["Wear"]["product_count"] == rows["Bags"]["product_count"] == 1
    assert rows["Bags"]["parent_category_id"] == wear.pk
    nested = api.get("/api/categories?tree=1").data["results"]
    assert [(row["name"], [child["name"] for child in row["children"]]) for row in nested] == [
        ("Wear", ["Bags"])
    ]
    assert [row["name"] for row in api.get("/api/categories/search?q=bag").data["results"]] == ["Bags"]
    assert api.get(f"/api/categories/{bags.pk}").data["slug"] == bags.slug
    assert api.get("/api/categories/999999").status_code == 404
    assert api.get("/api/categories?tree=perhaps").status_code == 400


def test_categories_are_made_moved_and_deleted(staff):
    made = staff.post("/api/categories", {"name": "Wear", "hue": 65})
    assert (made.status_code, made.data["slug"]) == (201, "wear")
    assert staff.post("/api/categories", {"name": "wear"}).status_code == 409
    child = staff.post("/api/categories", {"name": "Bags", "parent_category_id": made.data["id"]})
    assert child.status_code == 201
    cycle = staff.patch(f"/api/categories/{made.data['id']}", {"parent_category_id": child.data["id"]})
    assert (cycle.status_code, cycle.data["code"]) == (400, "cycle")

    product = ProductFactory(category=Category.objects.get(pk=child.data["id"]))
    refused = staff.delete(f"/api/categories/{child.data['id']}")
    assert (refused.status_code, refused.data["product_count"]) == (409, 1)
    assert "1 product is in Bags" in refused.data["detail"]
    assert staff.delete(f"/api/categories/{made.data['id']}").status_code == 409

    staff.delete(f"/api/products/{product.pk}")
    gone = staff.delete(f"/api/categories/{child.data['id']}")
    assert (gone.status_code, gone.data) == (200, {"message": "Category deleted successfully"})
    assert staff.delete(f"/api/categories/{child.data['id']}/").status_code == 404
    assert staff.post("/api/categories", {"name": "Bags"}).status_code == 201


def test_availability_tells_staff_more(api, staff):
    product = ProductFactory(stock=5, sku="A")
    VariantFactory(product=product, stock=2, sku="B")
    inventory.reserve(quantities={product.variants.get(sku="A").pk: 3}, reference="order:1")
    url = f"/api/inventory/{product.pk}/availability"
    assert staff.get(url).data == {
        "product_id": product.pk, "available": 4, "backorder": 0, "on_hand": 7, "held": 3,
    }  # fmt: skip
    assert APIClient().get(url + "/?sku=A").data == {"product_id": product.pk, "available": 2, "backorder": 0}
    assert APIClient().get(url + "?sku=C").status_code == 404
    assert APIClient().get("/api/inventory/999999/availability").status_code == 404
