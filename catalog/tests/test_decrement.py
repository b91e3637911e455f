"""Stock taken by other systems: once for each reference, never what customers were promised."""

import json

import pytest

from catalog.models import OutsideSale, Product, StockItem, StockLocation, StockMovement, Variant
from catalog.services import inventory
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant():
    """Five mugs, two of them promised to an order."""
    made = ProductFactory(name="Mug", stock=5, sku="MUG").variants.get()
    inventory.reserve(quantities={made.pk: 2}, reference="order:1")
    return made


@pytest.fixture
def till():
    return staff_with("catalog.change_stockitem")


def put(client, variant, data, *, user=None, slash=""):
    headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}
    path = f"/api/inventory/{variant.product_id}/decrement{slash}"
    return client.put(path, json.dumps(data), content_type="application/json", headers=headers)


def level(variant):
    return StockItem.objects.values_list("on_hand", "held").get(variant=variant)


def test_a_sale_is_taken_once_and_its_repeat_gets_the_same_answer(client, variant, till):
    first = put(client, variant, {"quantity": 2, "reference": "till-2:4711"}, user=till)
    assert first.status_code == 200
    assert first.json() == {
        "message": "Stock updated successfully",
        "product_id": variant.product_id,
        "sku": "MUG",
        "available": 1,
        "on_hand": 3,
        "held": 2,
    }
    inventory.release(reference="order:1")
    again = put(
        client, variant, {"quantity": 2, "reference": "till-2:4711", "sku": "MUG"}, user=till, slash="/"
    )
    assert again.status_code == 200 and again.json() == first.json()
    assert level(variant) == (3, 0)
    movement = StockMovement.objects.get(kind="sold")
    assert (movement.change, movement.reference, movement.actor) == (-2, "till-2:4711", till)
    assert movement.reason == "Sold outside the shop" and movement.on_hand_after == 3
    client.force_login(StaffFactory())
    shown = client.get("/admin/catalog/stockmovement/?q=till-2:4711").content.decode()
    assert "till-2:4711" in shown and "Sold outside the shop" in shown


def test_a_reference_is_for_one_sale(client, variant, till):
    other = VariantFactory(product=ProductFactory(variants=False), sku="POT", stock=5)
    put(client, variant, {"quantity": 1, "reference": "T-1"}, user=till)
    for thing, quantity in ((variant, 2), (other, 1)):
        refused = put(client, thing, {"quantity": quantity, "reference": "T-1"}, user=till)
        assert (refused.status_code, refused.json()["code"]) == (409, "reference_reused")
        assert (refused.json()["sku"], refused.json()["quantity"]) == ("MUG", 1)
    # Another spelling is another sale, in every database.
    assert put(client, variant, {"quantity": 1, "reference": "t-1"}, user=till).status_code == 200
    assert level(variant) == (3, 2) and level(other) == (5, 0)


def test_promised_pieces_and_those_that_are_not_there_stay(client, variant, till):
    Variant.objects.update(backorder_limit=9)
    for quantity in (4, 999_999):
        refused = put(client, variant, {"quantity": quantity, "reference": "T-1"}, user=till)
        assert (refused.status_code, refused.json()["code"]) == (409, "out_of_stock")
        assert (refused.json()["available"], refused.json()["sku"]) == (3, "MUG")
    assert level(variant) == (5, 2) and not OutsideSale.objects.exists()
    assert put(client, variant, {"quantity": 3, "reference": "T-1"}, user=till).status_code == 200
    none = put(client, variant, {"quantity": 1, "reference": "T-2"}, user=till)
    assert none.status_code == 409 and none.json()["available"] == 0
    assert Product.objects.get().stock_state == "backorder"
    assert StockMovement.objects.filter(kind="sold").count() == 1


def test_places_in_use_give_in_their_order(client, variant, till):
    for code, number, used in (("floor", 2, True), ("closed", 9, False)):
        place = StockLocation.objects.create(code=code, position=3, is_active=used)
        inventory.set_on_hand(variant=variant, on_hand=number, reason="Opening stock", location=place)
    answer = put(client, variant, {"quantity": 4, "reference": "T-1"}, user=till)
    assert (answer.json()["available"], answer.json()["on_hand"], answer.json()["held"]) == (1, 3, 2)
    changes = StockMovement.objects.filter(reference="T-1").order_by("pk").values_list("change", flat=True)
    assert list(changes) == [-3, -1]
    assert put(client, variant, {"quantity": 2, "reference": "T-2"}, user=till).json()["available"] == 1


def test_only_staff_who_change_stock_may(client, variant):
    sale = {"quantity": 1, "reference": "T-1"}
    visitor = put(client, variant, sale)
    assert (visitor.status_code, visitor.json()["code"]) == (401, "not_authenticated")
    for user in (UserFactory(), staff_with("catalog.view_stockitem", "catalog.change_hold")):
        refused = put(client, variant, sale, user=user, slash="/")
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert level(variant) == (5, 2)


def test_bad_input_says_what_is_wrong(client, variant, till):
    for wrong, field in (
        ({"reference": "T-1"}, "quantity"),
        ({"quantity": 0, "reference": "T-1"}, "quantity"),
        ({"quantity": 1.5, "reference": "T-1"}, "quantity"),
        ({"quantity": True, "reference": "T-1"}, "quantity"),
        ({"quantity": 1}, "reference"),
        ({"quantity": 1, "reference": "  "}, "reference"),
        ({"quantity": 1, "reference": "x" * 65}, "reference"),
    ):
        refused = put(client, variant, wrong, user=till)
        assert refused.status_code == 400 and field in refused.json()["errors"], wrong
    VariantFactory(product=variant.product, sku="MUG-BLUE", stock=1)
    sale = {"quantity": 1, "reference": "T-1"}
    unnamed = put(client, variant, sale, user=till)
    assert (unnamed.status_code, unnamed.json()["code"]) == (400, "variant_needed")
    assert unnamed.json()["skus"] == ["MUG", "MUG-BLUE"]
    assert put(client, variant, sale | {"sku": "MUG-BLUE"}, user=till).json()["on_hand"] == 0
    unknown = put(client, variant, sale | {"sku": "POT"}, user=till)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_product")
    variant.product.delete()
    assert put(client, variant, sale | {"sku": "MUG"}, user=till).status_code == 404
    assert level(variant) == (5, 2)
