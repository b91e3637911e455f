"""Versions of catalogue answers: read again only when changed, written only when unchanged."""

import json
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from catalog.api import categories, products, stores
from catalog.models import Category, Product, StockItem, Store, Variant
from catalog.services import inventory
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    StoreFactory,
    VariantFactory,
)
from catalog.tests.searching import searching
from customers.models import User
from customers.tests.factories import UserFactory
from orders.tests.test_races import race

DATABASES = ["default", "documents"]


@pytest.fixture
def staff():
    return signed_in()


def signed_in():
    email = "merchandiser@alcove.example"
    user = User.objects.filter(email=email).first() or UserFactory(email=email, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    client = Client()
    client.force_login(user)
    return client


def send(client, method, path, data, version=""):
    headers = {"If-Match": version} if version else {}
    body = json.dumps(data)
    return getattr(client, method)(f"/api{path}", body, content_type="application/json", headers=headers)


def version_of(client, path):
    return client.get(f"/api{path}")["ETag"]


@searching()
def test_every_read_has_a_version_and_is_not_sent_again(client):
    product = ProductFactory(name="Smartphone")
    paths = [
        "/categories", "/categories/", "/categories?tree=1", "/categories/search?q=category",
        f"/categories/{product.category_id}",
        "/products", "/products?ordering=price", "/products/search?q=smartphone", f"/products/{product.pk}",
        "/stores", f"/stores/{product.store_id}",
        f"/inventory/{product.pk}/availability", f"/inventory/{product.pk}/availability/?sku=",
    ]  # fmt: skip
    for path in paths:
        first = client.get(f"/api{path}")
        assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache"), path
        again = client.get(f"/api{path}", headers={"If-None-Match": f'"other", {first["ETag"]}'})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"]), path
        assert client.get(f"/api{path}", headers={"If-None-Match": '"other"'}).content == first.content
    before = [version_of(client, path) for path in paths]
    inventory.reserve(quantities={product.variants.get().pk: 1}, reference="order:1")
    Category.objects.update(name="Renamed category")
    Store.objects.update(name="Renamed store")
    after = [version_of(client, path) for path in paths]
    assert not set(before) & set(after)


def things():
    """What can be written: its path, a whole and a partial change, and how to read its name."""
    product = ProductFactory(name="Smartphone", price="699.99", stock=50, sku="PHONE")
    put = {"product_name": "Phone", "category_id": product.category_id, "price": 5}
    empty = CategoryFactory(), StoreFactory()
    return [
        (f"/products/{product.pk}", put, {"product_name": "Telephone"}, product),
        (f"/categories/{empty[0].pk}", {"name": "Phones"}, {"name": "Telephones"}, empty[0]),
        (f"/stores/{empty[1].pk}", {"name": "Nord"}, {"name": "Nordlicht"}, empty[1]),
    ]


@pytest.mark.django_db
def test_writes_that_name_an_older_version_change_nothing(staff):
    for path, whole, part, row in things():
        read = version_of(staff, path)
        first = send(staff, "put", path, whole, read)
        assert first.status_code == 200, first.json()
        assert first["ETag"] == version_of(staff, path) != read
        for method, data in (("put", whole), ("patch", part), ("delete", None)):
            late = send(staff, method, f"{path}/", data, read)
            assert (late.status_code, late.json()["code"]) == (412, "changed_since")
            assert late["Content-Type"] == "application/problem+json" and "ETag" not in late
        row.refresh_from_db()
        assert row.name == next(iter(whole.values()))
        second = send(staff, "patch", path, part, f'"other", {first["ETag"]}')
        assert (second.status_code, second["ETag"]) == (200, version_of(staff, path))
        assert send(staff, "patch", path, whole, "*").status_code == 200
        # Without If-Match the last one wins, as it says.
        assert send(staff, "put", path, whole).status_code == 200
        assert send(staff, "delete", path, None, version_of(staff, path)).status_code == 200
        assert send(staff, "delete", path, None, "*").status_code == 404


@pytest.mark.django_db
def test_new_things_carry_the_version_that_a_read_answers(staff):
    ids = {"category_id": CategoryFactory().pk, "store_id": StoreFactory().pk}
    for path, data, key in [
        ("/products", {"product_name": "Lamp", "price": 12.5, "status": "draft"} | ids, "product_id"),
        ("/categories", {"name": "Lamps"}, "id"),
        ("/stores", {"name": "Nordlicht", "is_suspended": True}, "id"),
    ]:
        made = send(staff, "post", path, data)
        assert made.status_code == 201, made.json()
        assert made["ETag"] == version_of(staff, f"{path}/{made.json()[key]}")


@pytest.mark.django_db
def test_a_count_that_was_read_before_a_sale_is_refused(staff):
    product = ProductFactory(stock=9, sku="PHONE")
    path, item = f"/products/{product.pk}", StockItem.objects.get()
    read = staff.get(f"/api{path}")
    inventory.reserve(quantities={item.variant_id: 2}, reference="order:1")
    late = send(staff, "put", path, read.json(), read["ETag"])
    assert (late.status_code, late.json()["code"]) == (412, "changed_since")
    item.refresh_from_db()
    assert (item.on_hand, item.held) == (9, 2)
    # Read again it says what is free; sent back it changes nothing, and another number is kept.
    read = staff.get(f"/api{path}")
    assert read.json()["stock_quantity"] == 7
    for free in (7, 3, 40):
        saved = send(staff, "patch", path, {"stock_quantity": free})
        item.refresh_from_db()
        assert (saved.json()["stock_quantity"], item.on_hand, item.held) == (free, free + 2, 2)


@pytest.mark.django_db
def test_what_was_read_and_is_sent_back_changes_nothing(staff):
    product = ProductFactory(stock=9, sku="S", compare_at="30.00", details=[["Material", "Oak"]])
    shades = [AttributeValueFactory(value="Red", swatch=swatch) for swatch in ("#f00", "#d00")]
    large = VariantFactory(product=product, sku="L", price="25.00", values=[shades[1]])
    hidden = VariantFactory(product=product, sku="SOON", active_from=timezone.now() + timedelta(days=9))
    inventory.reserve(quantities={large.pk: 2}, reference="order:1")
    path = f"/products/{product.pk}"
    read = staff.get(f"/api{path}")
    assert [row["sku"] for row in read.json()["variants"]] == ["S", "L"]
    saved = send(staff, "put", path, read.json(), read["ETag"])
    assert (saved.json(), saved["ETag"]) == (read.json(), read["ETag"])
    assert list(large.values.all()) == [shades[1]]
    assert product.variants.filter(pk=hidden.pk).exists()
    for thing in (f"/categories/{product.category_id}", f"/stores/{product.store_id}"):
        read = staff.get(f"/api{thing}")
        assert send(staff, "put", thing, read.json(), read["ETag"])["ETag"] == read["ETag"]


@pytest.mark.django_db
def test_compressed_answers_have_versions_too(staff):
    product = ProductFactory(description="A long text. " * 200)
    path = f"/products/{product.pk}"
    packed = staff.get(f"/api{path}", headers={"Accept-Encoding": "gzip"})
    assert (packed["Content-Encoding"], packed["ETag"]) == ("gzip", f"W/{version_of(staff, path)}")
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]}
    assert staff.get(f"/api{path}", headers=headers).status_code == 304
    assert send(staff, "patch", path, {"price": 7}, packed["ETag"]).status_code == 200
    assert send(staff, "patch", path, {"price": 8}, packed["ETag"]).status_code == 412
    assert Variant.objects.get().price == 7


# --- Two at once ----------------------------------------------------------------------------

KINDS = {"products": products, "categories": categories, "stores": stores}


def rivals(kind):
    """Two people who have read the same version and change it in different ways."""
    path = next(path for path, *_ in things() if kind in path)
    clients = [signed_in(), signed_in()]
    read = version_of(clients[0], path)
    changes = [{"description": "One"}, {"description": "Other"}]
    changes[1 if kind == "products" else 0]["product_name" if kind == "products" else "name"] = "Better"
    return [
        lambda client=client, change=change: send(client, "patch", path, change, read)
        for client, change in zip(clients, changes, strict=True)
    ]


@pytest.mark.django_db(transaction=True, databases=DATABASES)
@pytest.mark.parametrize("kind", KINDS)
def test_of_two_writers_with_one_version_one_is_refused(kind):
    answers = race(*rivals(kind))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.django_db(transaction=True, databases=DATABASES)
@pytest.mark.parametrize("kind", KINDS)
def test_control_checked_before_the_lock_both_write(kind, monkeypatch):
    """What a view does that compares first and calls the service later: one change is lost."""
    module, together = KINDS[kind], threading.Barrier(2)

    def compare_now(request, current):
        unchanged(request, current)()
        together.wait()

    unchanged = module.unchanged
    monkeypatch.setattr(module, "unchanged", compare_now)
    answers = race(*rivals(kind))
    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.django_db(transaction=True, databases=DATABASES)
def test_a_sale_and_a_new_count_at_once_never_lose_a_piece():
    product = ProductFactory(stock=10)
    path, staff, item = f"/products/{product.pk}", signed_in(), StockItem.objects.get()
    read = version_of(staff, path)
    held, counted = race(
        lambda: inventory.reserve(quantities={item.variant_id: 4}, reference="order:1"),
        lambda: send(staff, "patch", path, {"stock_quantity": 6}, read),
    )
    item.refresh_from_db()
    assert len(held) == 1 and item.held == 4
    # Counted first: 6 on hand, 4 of them sold. Sold first: the count is refused.
    assert (counted.status_code, item.on_hand) in [(200, 6), (412, 10)]
    product.refresh_from_db()
    assert product.available == item.on_hand - item.held


@pytest.mark.django_db(transaction=True, databases=DATABASES)
def test_a_sku_or_a_name_wanted_twice_is_taken_once():
    category, clients = ProductFactory().category, [signed_in() for _ in range(4)]
    data = {"product_name": "Lamp", "category_id": category.pk, "sku": "LAMP", "price": 12.5}
    answers = race(*[lambda client=client: send(client, "post", "/products", data) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"duplicate_sku"}
    assert Product.objects.filter(name="Lamp").count() == Variant.objects.filter(sku="LAMP").count() == 1

    lamps = {"name": "Lamps"}
    answers = race(*[lambda client=client: send(client, "post", "/categories", lamps) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    answers = race(*[lambda client=client: send(client, "post", "/stores", lamps) for client in clients])
    assert sorted(answer.json()["slug"] for answer in answers) == ["lamps", "lamps-2", "lamps-3", "lamps-4"]

    # Two moves that would each put one below the other: the second one makes a circle.
    one, other = CategoryFactory(), CategoryFactory()
    moves = [(one, other), (other, one)]
    answers = race(
        *[
            lambda client=client, below=below, above=above: send(
                client, "patch", f"/categories/{below.pk}", {"parent_category_id": above.pk}
            )
            for client, (below, above) in zip(clients, moves, strict=False)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400]
