"""Stores for programs: everybody reads, staff and owners write, papers and products keep them."""

import json
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Category, Product, Store, StoreSettings
from catalog.services.search import search
from catalog.tests.factories import CategoryFactory, ProductFactory, StoreFactory
from catalog.tests.searching import searching
from customers.models import User
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

STORE = {
    "name": "Nordlicht",
    "description": "Lamps made by hand.",
    "email": "hello@nordlicht.example",
    "phone": "+49 40 66969 118",
    "line1": "Schanzenstraße 70",
    "postal_code": "20357",
    "city": "Hamburg",
    "country": "DE",
    "vat_number": "DE136695976",
}


class Api:
    """The API as one person uses it; with nobody, as a visitor does."""

    def __init__(self, user=None):
        self.client = Client()
        if user:
            self.client.force_login(user)

    def __call__(self, method, path, data=None, **headers):
        body = {} if data is None else {"data": json.dumps(data), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api{path}", **body, headers=headers)


@pytest.fixture
def staff():
    user = UserFactory(email="merchandiser@alcove.example", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))
    return Api(user)


def problem(response, status, code):
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert response["Content-Type"] == "application/problem+json"
    return body


@searching()
def test_staff_make_change_replace_and_delete_a_store_and_everybody_reads_it(staff):
    owner = UserFactory()
    made = staff("post", "/stores", STORE | {"owner_id": str(owner.customer_id), "comments": "Pays late"})
    assert made.status_code == 201, made.json()
    body = made.json()
    assert STORE.items() <= body.items()
    assert (body["slug"], body["product_count"], body["owner_id"]) == (
        "nordlicht", 0, str(owner.customer_id),
    )  # fmt: skip
    assert (body["comments"], body["invoice_prefix"], body["is_suspended"]) == ("Pays late", "", False)
    store = Store.objects.get()
    assert (store.created_by.email, store.owner) == ("merchandiser@alcove.example", owner)

    product = ProductFactory(store=store, name="Torch")
    for slash in ("", "/"):
        seen = Api()("get", f"/stores/{store.pk}{slash}").json()
        assert seen == {
            name: body[name] for name in body if name not in ("comments", "invoice_prefix", "is_suspended")
        } | {"product_count": 1}
        assert Api()("get", f"/stores{slash}").json()["results"] == [seen]

    changed = staff("patch", f"/stores/{store.pk}/", {"name": "Südwind", "vat_number": "at u13585627"})
    assert (changed.json()["name"], changed.json()["slug"]) == ("Südwind", "nordlicht")
    assert (changed.json()["vat_number"], changed.json()["city"]) == ("ATU13585627", "Hamburg")
    assert search("südwind").product_ids == [product.pk]
    replaced = staff("put", f"/stores/{store.pk}", STORE | {"owner_id": None})
    assert (replaced.status_code, replaced.json()["owner_id"]) == (200, None)

    refused = problem(staff("delete", f"/stores/{store.pk}"), 409, "store_in_use")
    assert (refused["product_count"], "sells 1 product" in refused["detail"]) == (1, True)
    product.delete()
    CategoryFactory(store=store)
    assert problem(staff("delete", f"/stores/{store.pk}"), 409, "store_in_use")["category_count"] == 1
    Category.objects.get(store=store).delete()
    gone = staff("delete", f"/stores/{store.pk}/")
    assert (gone.status_code, gone.json()) == (200, {"message": "Store deleted successfully"})
    for method in ("get", "delete"):
        problem(staff(method, f"/stores/{store.pk}"), 404, "not_found")
    problem(staff("patch", f"/stores/{store.pk}", {}), 404, "not_found")
    assert Store.all_objects.get().is_deleted


def test_the_store_that_issues_the_invoices_stays(staff, commit):
    shop = StoreSettings.current()
    shop.seller = StoreFactory()
    shop.save()
    assert StoreSettings.current().seller.vat_number == ""
    problem(staff("delete", f"/stores/{shop.seller.pk}"), 409, "issues_invoices")
    with commit():
        staff("patch", f"/stores/{shop.seller.pk}", {"vat_number": STORE["vat_number"]})
    assert StoreSettings.current().seller.vat_number == STORE["vat_number"]


def test_owners_change_their_own_store_and_nothing_of_it_that_is_the_shops(staff):
    owner, stranger = Api(UserFactory()), Api(UserFactory())
    user = User.objects.get(pk=owner.client.session["_auth_user_id"])
    store, other = StoreFactory(owner=user, comments="Pays late"), StoreFactory()
    path = f"/stores/{store.pk}"
    read = owner("get", path).json()
    assert "comments" not in read and read["owner_id"] == str(user.customer_id)
    # What was read is sent back, with one thing changed.
    saved = owner("put", path, read | {"city": "Kiel"})
    assert (saved.status_code, saved.json()) == (200, read | {"city": "Kiel"})
    for change in (
        {"owner_id": None},
        {"owner_id": str(UserFactory().customer_id)},
        {"invoice_prefix": "X-"},
        {"comments": ""},
        {"is_suspended": True},
    ):
        problem(owner("patch", path, change), 403, "permission_denied")
    for person, method, target in [
        (owner, "delete", path),
        (owner, "patch", f"/stores/{other.pk}"),
        (owner, "post", "/stores"),
        (stranger, "put", path),
        (stranger, "patch", "/stores/999999"),
        (stranger, "delete", path),
        (Api(UserFactory(email="clerk@alcove.example", is_staff=True)), "patch", path),
    ]:
        problem(person(method, target, STORE), 403, "permission_denied")
    for method in ("put", "patch", "delete"):
        problem(Api()(method, path, STORE), 401, "not_authenticated")
    problem(Api()("post", "/stores", STORE), 401, "not_authenticated")
    store.refresh_from_db()
    assert (store.city, store.owner, store.comments, other.name) == ("Kiel", user, "Pays late", other.name)

    staff("patch", path, {"is_suspended": True})
    assert owner("get", path).status_code == staff("get", path).status_code == 200
    problem(stranger("get", path), 404, "not_found")
    assert [row["id"] for row in Api()("get", "/stores").json()["results"]] == [other.pk]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"city": "\ud800"}, "city"),
        ({"email": "nobody"}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"country": "Germany"}, "country"),
        ({"country": "XX"}, "country"),
        ({"vat_number": "DE123"}, "vat_number"),
        ({"vat_number": "136695976"}, "vat_number"),
        ({"owner_id": "1"}, "owner_id"),
        ({"owner_id": str(uuid4())}, "owner_id"),
        ({"invoice_prefix": "nord"}, "invoice_prefix"),
        ({"is_suspended": "perhaps"}, "is_suspended"),
    ],
)
def test_a_wrong_value_is_400_with_its_field_and_nothing_is_written(staff, wrong, field):
    store = StoreFactory()
    response = staff("post", "/stores", STORE | wrong)
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert response["Content-Type"] == "application/problem+json"
    assert staff("patch", f"/stores/{store.pk}", wrong).status_code == 400
    assert Store.objects.get().modified_at == store.modified_at
    assert staff("post", "/stores", [STORE]).status_code == 400


def test_a_number_of_another_country_is_kept_as_it_was_typed(staff):
    made = staff("post", "/stores", STORE | {"country": "CH", "vat_number": " CHE-116.281.710 MWST "})
    assert made.json()["vat_number"] == "CHE-116.281.710 MWST"
    # Moving into the Union asks for the number of a member state.
    problem(staff("patch", f"/stores/{made.json()['id']}", {"country": "DE"}), 400, "bad_input")


def test_lists_have_pages_and_cost_the_same_for_any_number():
    def cost():
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert Api()("get", "/stores?page_size=100").status_code == 200
            assert Api()("get", f"/stores/{Store.objects.first().pk}").status_code == 200
        return len(queries)

    for _ in range(2):
        ProductFactory(store=StoreFactory(owner=UserFactory()))
    few = cost()
    for _ in range(8):
        ProductFactory(store=StoreFactory(owner=UserFactory()), status=Product.Status.DRAFT)
    assert cost() == few
    body = Api()("get", "/stores?page=2&page_size=7").json()
    assert (body["count"], len(body["results"]), body["next"]) == (10, 3, None)
    for query, field in [("page=x", "page"), ("page=0", "page"), ("page_size=0", "page_size")]:
        assert list(problem(Api()("get", f"/stores?{query}"), 400, "invalid")["errors"]) == [field]
    problem(Api()("get", "/stores?page=99"), 404, "not_found")


def test_the_admin_keeps_the_same_rules(client):
    client.force_login(UserFactory(email="owner@alcove.example", is_staff=True, is_superuser=True))
    form = STORE | {"invoice_prefix": "", "comments": "", "vat_number": "DE123"}
    refused = client.post(reverse("admin:catalog_store_add"), form).content.decode()
    assert "This is not a complete VAT number." in refused
    saved = client.post(reverse("admin:catalog_store_add"), form | {"vat_number": "de 136 695 976"})
    assert saved.status_code == 302
    store = Store.objects.get()
    assert (store.slug, store.vat_number) == ("nordlicht", "DE136695976")
    ProductFactory(store=store)
    delete = reverse("admin:catalog_store_delete", args=[store.pk])
    assert "sells 1 product" in client.post(delete, {"post": "yes"}, follow=True).content.decode()
    assert Store.objects.exists()
