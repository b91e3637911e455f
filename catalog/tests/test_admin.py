"""The catalogue for staff: saving, refusing in words, stock, soft deletion, and costs."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from catalog.models import Category, Product, StockMovement, StoreSettings, Variant
from catalog.services import inventory
from catalog.services.search import search
from catalog.tests.factories import (
    AttributeValueFactory,
    CategoryFactory,
    ProductFactory,
    ProductImageFactory,
    StoreFactory,
    VariantFactory,
)
from catalog.tests.searching import searching
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    user = UserFactory(email="owner@alcove.example", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(buffer, format="PNG")
    return buffer.getvalue()


def product_post(product=None, variants=(), images=(), **more):
    """The POST of the product form with these inline rows."""
    data = {
        "name": "Field backpack",
        "status": "published",
        "category": (product or ProductFactory.build()).category_id or CategoryFactory().pk,
        "store": product.store_id if product else StoreFactory().pk,
        "summary": "Canvas",
        "description": "",
        "details": "[]",
        "tax_class": "standard",
        "rank": "5",
        "comments": "",
    }
    for prefix, rows in (("variants", variants), ("images", images)):
        existing = sum(1 for row in rows if row.get("id"))
        data |= {
            f"{prefix}-TOTAL_FORMS": len(rows),
            f"{prefix}-INITIAL_FORMS": existing,
            f"{prefix}-MIN_NUM_FORMS": 0,
            f"{prefix}-MAX_NUM_FORMS": 1000,
        }
        for index, row in enumerate(rows):
            data |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return data | more


def variant_row(variant=None, **more):
    row = {"sku": "BAG-1", "name": "", "price": "64.00", "weight_grams": "500", "position": "0"}
    row |= {"backorder_limit": "0", "backorder_days": "10"}
    if variant:
        row |= {"id": variant.pk, "sku": variant.sku, "price": str(variant.price)}
    return row | more


def save(client, data, product=None):
    url = (
        reverse("admin:catalog_product_change", args=[product.pk])
        if product
        else reverse("admin:catalog_product_add")
    )
    return client.post(url, data)


@searching()
def test_a_product_is_made_with_variants_pictures_slug_author_and_search(client, owner, commit):
    upload = SimpleUploadedFile("photo.png", picture(), "image/png")
    red = AttributeValueFactory(value="Raspberry")
    with commit():
        response = save(
            client,
            product_post(
                variants=[variant_row(values=[red.pk])],
                images=[{"original": upload, "alt": "A teal box", "position": "0"}],
            ),
        )
    assert response.status_code == 302, response.context["errors"]
    product = Product.objects.get()
    assert (product.slug, product.price_min, product.created_by) == ("field-backpack", 64, owner)
    assert product.variants.get().name == "Raspberry"
    assert product.image == product.images.get().stem != ""
    assert search("raspberry").product_ids == [product.pk]


def test_a_change_shows_on_the_card_and_names_who_made_it(client, owner):
    product = ProductFactory()
    variant = product.variants.get()
    save(client, product_post(product, variants=[variant_row(variant, price="9.50")]), product)
    product.refresh_from_db()
    assert (product.price_min, product.modified_by, product.slug.startswith("product-")) == (9.5, owner, True)


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ([], "needs at least one variant"),
        ([{"sku": "TAKEN"}], "Another variant has this SKU"),
        ([{"sku": "A"}, {"sku": "A"}], "Another variant has this SKU"),
        ([{"price": "10", "compare_at": "9"}], "must be higher than the price"),
        ([{"price": "-1"}], "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_said_on_the_form(client, owner, variants, words):
    ProductFactory(sku="TAKEN", name="Other")
    response = save(client, product_post(variants=[variant_row(**row) for row in variants]))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Product.objects.count() == 1


def test_a_broken_upload_is_said_on_the_form(client, owner):
    upload = SimpleUploadedFile("photo.jpg", b"<svg/>", "image/jpeg")
    data = product_post(
        variants=[variant_row()], images=[{"original": upload, "alt": "Box", "position": "0"}]
    )
    response = save(client, data)
    assert response.status_code == 200
    assert "Choose a picture: JPEG, PNG, WebP or AVIF." in response.content.decode()
    assert not Product.objects.exists()


def test_details_must_be_pairs(client, owner):
    response = save(client, product_post(variants=[variant_row()], details='{"a": 1}'))
    assert "Write pairs of texts" in response.content.decode()


def test_deleting_is_soft_through_every_door(client, owner):
    one, two = ProductFactory(), ProductFactory()
    client.post(reverse("admin:catalog_product_delete", args=[one.pk]), {"post": "yes"})
    client.post(
        reverse("admin:catalog_product_changelist"),
        {"action": "delete_selected", "_selected_action": [two.pk], "post": "yes"},
    )
    assert not Product.objects.exists()
    assert Product.all_objects.filter(is_deleted=True, modified_by=owner).count() == 2
    assert Variant.all_objects.filter(is_deleted=True).count() == 2


def test_a_variant_is_deleted_softly(client, owner):
    product = ProductFactory(price="10.00")
    other = VariantFactory(product=product, price="5.00")
    rows = [variant_row(product.variants.first()), variant_row(other, DELETE="on")]
    assert save(client, product_post(product, variants=rows), product).status_code == 302
    product.refresh_from_db()
    assert (product.price_min, product.variants.count()) == (10, 1)
    assert Variant.all_objects.get(pk=other.pk).is_deleted


@searching()
def test_publishing_in_bulk_makes_products_findable(client, owner):
    product = ProductFactory(name="Brass lantern", status=Product.Status.DRAFT)
    data = {"action": "publish", "_selected_action": [product.pk]}
    client.post(reverse("admin:catalog_product_changelist"), data)
    assert search("lantern").product_ids == [product.pk]


def stock_post(client, product, **more):
    data = {"variant": product.variants.first().pk, "mode": "change", "number": "3", "kind": "received"}
    return client.post(
        reverse("admin:catalog_product_stock", args=[product.pk]), data | {"reason": "Delivery 7"} | more
    )


def test_stock_is_changed_with_a_reason_and_a_history(client, owner):
    product = ProductFactory(stock=5)
    assert stock_post(client, product).status_code == 302
    assert stock_post(client, product, mode="count", number="2", reason="Counted by Jo").status_code == 302
    product.refresh_from_db()
    assert (product.available, product.stock_state) == (2, "low")
    latest = StockMovement.objects.first()
    assert (latest.change, latest.kind, latest.actor, latest.reason) == (
        -6,
        "adjusted",
        owner,
        "Counted by Jo",
    )
    body = client.get(reverse("admin:catalog_product_stock", args=[product.pk])).content.decode()
    assert "Delivery 7" in body and "Counted by Jo" in body


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "Say why the stock changes."),
        ({"number": "0"}, "Enter how many to add or take away."),
        ({"number": "1.5"}, "Enter a whole number"),
        ({"number": "-4"}, "can be taken away"),
        ({"number": "-1", "mode": "count"}, "A count is 0 or more."),
        ({"number": "1", "mode": "count"}, "can be taken away"),
        ({"number": "1000000000"}, "1000000"),
        ({"variant": "999999"}, "Select a valid choice"),
    ],
)
def test_a_wrong_stock_change_is_said_and_changes_nothing(client, owner, more, words):
    product = ProductFactory(stock=5)
    inventory.reserve(quantities={product.variants.get().pk: 2}, reference="order:1")
    response = stock_post(client, product, **more)
    assert response.status_code == 400
    assert words in response.content.decode()
    product.refresh_from_db()
    assert product.available == 3


def test_a_category_with_products_is_kept_and_says_why(client, owner):
    product = ProductFactory()
    url = reverse("admin:catalog_category_delete", args=[product.category_id])
    body = client.post(url, {"post": "yes"}, follow=True).content.decode()
    assert "1 product is in" in body
    assert Category.objects.filter(pk=product.category_id).exists()


def test_categories_are_shown_as_a_tree_and_made_with_a_slug(client, owner):
    top = CategoryFactory(name="Zebra", position=1)
    CategoryFactory(name="Aardvark", position=2)
    CategoryFactory(name="Foal", parent=top)
    data = {"name": "Mule", "parent": top.pk, "hue": "15", "position": "9", "description": "", "comments": ""}
    assert client.post(reverse("admin:catalog_category_add"), data).status_code == 302
    made = Category.objects.get(name="Mule")
    assert (made.slug, made.created_by) == ("mule", owner)
    again = client.post(reverse("admin:catalog_category_add"), data)
    assert "There is a category with this name already." in again.content.decode()
    rows = client.get(reverse("admin:catalog_category_changelist")).context["cl"].result_list
    assert [row.name for row in rows] == ["Zebra", "Foal", "Mule", "Aardvark"]


def test_settings_are_one_row_and_count_at_once(client, owner):
    product = ProductFactory(stock=8)
    url = reverse("admin:catalog_storesettings_changelist")
    assert client.get(url).url.endswith("/add/")
    StoreSettings().save()
    assert client.get(url).url.endswith("/1/change/")
    settings = StoreSettings.objects.get()
    fields = [field.name for field in StoreSettings._meta.fields if field.name not in ("id", "seller")]
    data = {name: getattr(settings, name) for name in fields} | {"low_stock_at": "10"}
    data["country"] = "DE"
    assert client.post(reverse("admin:catalog_storesettings_change", args=[1]), data).status_code == 302
    product.refresh_from_db()
    assert product.stock_state == "low"


def test_staff_without_the_permission_change_no_stock(client):
    client.force_login(UserFactory(email="clerk@alcove.example", is_staff=True))
    product = ProductFactory(stock=5)
    assert stock_post(client, product).status_code == 403
    product.refresh_from_db()
    assert product.available == 5


LISTS = ["product", "category", "store", "attribute", "attributevalue", "stockitem", "stockmovement"]


def test_lists_cost_the_same_for_any_number_of_rows(client, owner):
    def cost():
        counts = {}
        for name in LISTS:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(f"admin:catalog_{name}_changelist")).status_code == 200
            counts[name] = len(queries)
        return counts

    def add(number):
        for index in range(number):
            product = ProductFactory(category=CategoryFactory(parent=CategoryFactory()))
            VariantFactory(product=product, values=[AttributeValueFactory(value=f"{product.pk} {index}")])
            ProductImageFactory(product=product)

    add(2)
    cost()
    few = cost()
    add(8)
    assert cost() == few
    assert max(few.values()) <= 12


def test_pages_of_the_admin_open(client, owner):
    product = ProductFactory()
    ProductImageFactory(product=product)
    for name, row in (
        ("product", product),
        ("category", product.category),
        ("store", product.store),
        ("stockitem", product.variants.get().stock_items.get()),
        ("stockmovement", StockMovement.objects.first()),
    ):
        assert client.get(reverse(f"admin:catalog_{name}_change", args=[row.pk])).status_code == 200
    for query in ("?q=SKU", "?level=low", "?level=out", "?level=fine"):
        assert client.get(reverse("admin:catalog_stockitem_changelist") + query).status_code == 200
    assert (
        client.get(reverse("admin:catalog_product_changelist") + "?q=SKU&stock_state=low").status_code == 200
    )
