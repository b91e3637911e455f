"""The catalogue's documented routes with the values of the documents, in both forms of each address."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from catalog.models import Product
from catalog.tests.factories import CategoryFactory, ProductFactory, StoreFactory, VariantFactory
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

SMARTPHONE = {
    "product_id": 1,
    "product_name": "Smartphone",
    "category": "Electronics",
    "price": 699.99,
    "stock_quantity": 50,
}


@pytest.fixture
def staff():
    user = UserFactory(email="merchandiser@alcove.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    client = Client()
    client.force_login(user)
    return client


def send(client, method, path, data):
    return getattr(client, method)(f"/api{path}", json.dumps(data), content_type="application/json")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_smartphone_is_read_and_deleted(client, staff, slash):
    electronics = CategoryFactory(name="Electronics")
    phones = CategoryFactory(name="Phones", parent=electronics)
    phone = ProductFactory(pk=1, name="Smartphone", price="699.99", stock=50, category=electronics)
    found = client.get(f"/api/products/1{slash}")
    assert (found.status_code, {name: found.json()[name] for name in SMARTPHONE}) == (200, SMARTPHONE)
    assert b'"price":699.99' in found.content and found.json()["subcategory"] is None
    moved = send(staff, "patch", f"/products/1{slash}", {"category_id": phones.pk}).json()
    assert (moved["category"], moved["subcategory"], moved["status"]) == (
        "Electronics",
        "Phones",
        "Published",
    )

    added = send(client, "post", "/cart", {"product_id": 1, "quantity": 2})
    assert added.status_code in (200, 201), added.json()
    token = {"X-Cart-Token": added["X-Cart-Token"]}
    assert client.get("/api/cart", headers=token).json()["problems"] == []
    gone = staff.delete(f"/api/products/1{slash}")
    assert (gone.status_code, gone.json()) == (200, {"message": "Product deleted successfully"})
    (problem,) = client.get("/api/cart", headers=token).json()["problems"]
    assert problem["code"] == "unavailable" and "We no longer sell Smartphone." in problem["message"]
    for path in ("/products/1", "/inventory/1/availability"):
        assert client.get(f"/api{path}{slash}").status_code == 404
    for method, data in (("put", {}), ("patch", {}), ("delete", {})):
        answer = send(staff, method, f"/products/1{slash}", data)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    phone.refresh_from_db(from_queryset=Product.all_objects.all())
    assert phone.is_deleted and phone.name == "Smartphone"


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_smartphone_is_made_as_it_is_shown(staff, slash):
    store = StoreFactory()
    electronics = send(staff, "post", f"/categories{slash}", {"name": "Electronics"}).json()
    new = {name: SMARTPHONE[name] for name in ("product_name", "price", "stock_quantity")}
    made = send(staff, "post", f"/products{slash}", new | {"category_id": electronics["id"]})
    assert made.status_code == 201
    body = made.json()
    assert {name: body[name] for name in SMARTPHONE} == SMARTPHONE | {"product_id": body["product_id"]}
    assert (body["store"], body["store_id"]) == (store.name, store.pk)
    path = f"/categories/{electronics['id']}{slash}"
    assert staff.get(f"/api{path}").json() == electronics | {"product_count": 1}
    full = staff.delete(f"/api{path}")
    assert (full.status_code, full.json()["code"], full.json()["product_count"]) == (
        409, "category_in_use", 1,
    )  # fmt: skip
    staff.delete(f"/api/products/{body['product_id']}{slash}")
    empty = staff.delete(f"/api{path}")
    assert (empty.status_code, empty.json()) == (200, {"message": "Category deleted successfully"})


@pytest.mark.parametrize("slash", ["", "/"])
def test_names_and_places_of_categories(client, staff, slash):
    store = StoreFactory()
    wear, own = CategoryFactory(name="Wear"), CategoryFactory(name="Own", store=store)
    bags = CategoryFactory(name="Bags", parent=wear)
    for method in ("put", "patch"):
        taken = send(staff, method, f"/categories/{bags.pk}{slash}", {"name": "wear"})
        assert (taken.status_code, taken.json()["code"]) == (409, "duplicate_name")
        cycle = send(
            staff, method, f"/categories/{wear.pk}{slash}", {"name": "Wear", "parent_category_id": bags.pk}
        )
        assert (cycle.status_code, cycle.json()["code"], list(cycle.json()["errors"])) == (
            400, "cycle", ["parent_category_id"],
        )  # fmt: skip
    # The same name in a store of its own is another one.
    assert send(staff, "patch", f"/categories/{own.pk}{slash}", {"name": "Wear"}).status_code == 200
    nested = client.get(f"/api/categories{slash}?tree=1").json()["results"]
    shown = {(row["name"], row["store"]): [child["name"] for child in row["children"]] for row in nested}
    assert shown == {("Wear", None): ["Bags"], ("Wear", store.pk): []}
    top = send(staff, "put", f"/categories/{bags.pk}{slash}", {"name": "Bags", "parent_category_id": None})
    assert (top.status_code, top.json()["parent_category_id"]) == (200, None)
    found = client.get(f"/api/categories/search{slash}?q=BAG").json()["results"]
    assert [row["id"] for row in found] == [bags.pk]
    assert send(client, "put", f"/categories/{bags.pk}{slash}", {"name": "Mine"}).status_code == 401
    # A hidden one is for staff.
    send(staff, "patch", f"/categories/{bags.pk}{slash}", {"position": 9})
    type(bags).objects.filter(pk=bags.pk).update(is_suspended=True)
    statuses = [who.get(f"/api/categories/{bags.pk}{slash}").status_code for who in (client, staff)]
    assert statuses == [404, 200]


def test_a_sku_is_changed_kept_and_never_shared(staff):
    phone, other = ProductFactory(sku="PHONE", stock=5), ProductFactory(sku="OTHER")
    path = f"/products/{phone.pk}"
    whole = {"product_name": "Smartphone", "category_id": phone.category_id}
    for method, data in (("put", whole | {"sku": "OTHER"}), ("patch", {"sku": "OTHER"})):
        taken = send(staff, method, path, data)
        assert (taken.status_code, taken.json()["code"], taken.json()["sku"]) == (
            409, "duplicate_sku", "OTHER",
        )  # fmt: skip
    for method, data in (("patch", {"sku": "PHONE-2"}), ("put", whole | {"sku": "PHONE-3"})):
        renamed = send(staff, method, path, data).json()
        assert (renamed["sku"], renamed["stock_quantity"]) == (data["sku"], 5)
    assert send(staff, "put", path, whole).json()["sku"] == "PHONE-3"
    VariantFactory(product=other, sku="OTHER-2")
    one = send(staff, "patch", f"/products/{other.pk}", {"sku": "OTHER-2", "price": 3})
    assert {row["sku"]: row["price"] for row in one.json()["variants"]} == {"OTHER": 20.0, "OTHER-2": 3.0}
    # Of several variants it must be said which; what says nothing of them leaves them alone.
    replaced = {"product_name": "Tablet", "category_id": other.category_id}
    assert len(send(staff, "put", f"/products/{other.pk}", replaced).json()["variants"]) == 2
    refused = send(staff, "put", f"/products/{other.pk}", replaced | {"price": 4})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["sku"])


def test_drafts_are_nowhere_for_shoppers(client, staff):
    draft = ProductFactory(name="Prototype", status=Product.Status.DRAFT)
    assert client.get(f"/api/products/{draft.pk}").status_code == 404
    assert client.get(f"/api/inventory/{draft.pk}/availability").status_code == 404
    assert client.get("/api/products").json()["count"] == 0
    assert client.get("/api/products/search?q=prototype").json()["count"] == 0
    assert staff.get(f"/api/products/{draft.pk}").json()["status"] == "Draft"
    assert staff.get(f"/api/inventory/{draft.pk}/availability").status_code == 200
    for word in ("PUBLISHED", "Draft", "published"):
        saved = send(staff, "patch", f"/products/{draft.pk}", {"status": word})
        assert saved.json()["status"] == word.capitalize()
    assert client.get(f"/api/products/{draft.pk}").status_code == 200
