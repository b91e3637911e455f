"""Stock in several places: taken from in their order, counted, moved, put out of use."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Hold, Product, StockItem, StockLocation, StockMovement, Variant
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant():
    return ProductFactory(name="Mug", stock=2, sku="MUG").variants.get()


@pytest.fixture
def main(variant):
    return StockLocation.objects.get(code="main")


@pytest.fixture
def shop_floor(variant):
    place = StockLocation.objects.create(code="floor", name="Shop floor", position=1)
    inventory.set_on_hand(variant=variant, on_hand=3, reason="Opening stock", location=place)
    return place


@pytest.fixture
def owner(client):
    user = UserFactory(email="owner@alcove.example", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


def levels(variant):
    rows = StockItem.objects.filter(variant=variant).order_by("pk")
    return list(rows.values_list("on_hand", "held"))


def promise(variant, quantity, reference="order:1"):
    return inventory.reserve(quantities={variant.pk: quantity}, reference=reference)


def test_a_line_takes_from_several_places_in_their_order(variant, shop_floor):
    promise(variant, 4)
    assert levels(variant) == [(2, 2), (3, 2)]
    inventory.consume(reference="order:1", quantities={variant.pk: 3})
    assert levels(variant) == [(0, 0), (2, 1)]
    sold = StockMovement.objects.filter(kind="sold").order_by("pk").values_list("change", flat=True)
    assert list(sold) == [-2, -1]


def test_it_is_all_or_nothing(variant, shop_floor):
    with pytest.raises(DomainError) as refused:
        promise(variant, 6)
    assert refused.value.message == "Sorry, only 5 of Mug left."
    assert levels(variant) == [(2, 0), (3, 0)] and not Hold.objects.exists()


def test_moving_writes_two_movements_and_takes_only_what_is_free(variant, main, shop_floor):
    promise(variant, 1)
    move = {"variant": variant, "source": main, "target": shop_floor, "reason": "For the window"}
    inventory.move_stock(quantity=1, **move)
    assert levels(variant) == [(1, 1), (4, 0)]
    out, back = StockMovement.objects.filter(kind="moved").order_by("pk")
    assert (out.change, out.on_hand_after, back.change, back.on_hand_after) == (-1, 1, 1, 4)
    with pytest.raises(DomainError) as refused:
        inventory.move_stock(quantity=1, **move)
    assert "Only 0 of Mug can be moved: 1 are promised." in refused.value.message
    for wrong in ({"quantity": 0}, {"reason": " "}, {"target": main}):
        with pytest.raises(DomainError):
            inventory.move_stock(**({"quantity": 1} | move | wrong))
    assert StockMovement.objects.filter(kind="moved").count() == 2


def test_what_lies_in_a_place_out_of_use_cannot_be_sold(variant, main, shop_floor):
    promise(variant, 3)
    inventory.use_location(location=shop_floor, is_active=False)
    product = Product.objects.get()
    assert (product.available, product.stock_state) == (0, "sold_out")
    with pytest.raises(DomainError):
        promise(variant, 1, "order:2")
    # What is promised there still leaves, and an order may be taken anew where it was.
    inventory.reserve(quantities={variant.pk: 3}, reference="order:3", instead_of=["order:1"])
    inventory.consume(reference="order:3")
    assert levels(variant) == [(0, 0), (2, 0)]


def test_a_place_put_into_use_fills_backorders(variant, main, shop_floor):
    inventory.use_location(location=shop_floor, is_active=False)
    Variant.objects.update(backorder_limit=2)
    promise(variant, 4)
    assert inventory.waiting_for("order:1") == {variant.pk: 2}
    inventory.use_location(location=shop_floor, is_active=True)
    assert inventory.waiting_for("order:1") == {}


def test_goods_come_back_to_the_place_that_is_named(variant, shop_floor):
    inventory.give_back(variant=variant, quantity=1, reference="order:1", location=shop_floor)
    assert levels(variant) == [(2, 0), (4, 0)]


# ---- Staff


def test_staff_make_a_place_and_count_there(owner, variant):
    made = {"name": "Cellar", "code": "cellar", "position": "3", "is_active": "on"}
    assert owner.post(reverse("admin:catalog_stocklocation_add"), made).status_code == 302
    cellar = StockLocation.objects.get(code="cellar")
    form = {"variant": variant.pk, "mode": "count", "number": "7", "kind": "adjusted", "reason": "Counted"}
    url = reverse("admin:catalog_product_stock", args=[variant.product_id])
    assert owner.post(url, form | {"location": cellar.pk}).status_code == 302
    assert levels(variant) == [(2, 0), (7, 0)]
    change = reverse("admin:catalog_stocklocation_change", args=[cellar.pk])
    owner.post(change, {"name": "Cellar", "position": "3"})
    assert Product.objects.get().available == 2
    delete = reverse("admin:catalog_stocklocation_delete", args=[cellar.pk])
    assert owner.post(delete, {"post": "yes"}).status_code == 403


def test_with_one_place_there_is_nowhere_to_move_to(owner, variant, main):
    item = StockItem.objects.get(location=main)
    page = owner.get(reverse("admin:catalog_stockitem_move", args=[item.pk])).content.decode()
    assert "There is no other place yet." in page


def test_staff_move_stock_with_a_reason(owner, variant, main, shop_floor):
    item = StockItem.objects.get(location=main)
    url = reverse("admin:catalog_stockitem_move", args=[item.pk])
    page = owner.get(url).content.decode()
    assert "2 can be moved" in page and "Shop floor" in page
    refused = owner.post(url, {"target": shop_floor.pk, "quantity": "5", "reason": "More room"})
    assert refused.status_code == 400 and "Only 2 of Mug can be moved" in refused.content.decode()
    assert 'value="5"' in refused.content.decode()
    assert owner.post(url, {"target": shop_floor.pk, "quantity": "2", "reason": ""}).status_code == 400
    done = owner.post(url, {"target": shop_floor.pk, "quantity": "2", "reason": "More room"}, follow=True)
    assert "2 of MUG moved to Shop floor." in done.content.decode()
    assert levels(variant) == [(0, 0), (5, 0)]
    assert owner.get(reverse("admin:catalog_stockitem_move", args=[99999])).status_code == 404


def test_people_without_the_right_cannot_move_stock(client, variant, main):
    user = UserFactory(email="clerk@alcove.example", is_staff=True)
    client.force_login(user)
    item = StockItem.objects.get()
    assert client.get(reverse("admin:catalog_stockitem_move", args=[item.pk])).status_code == 403


def test_lists_cost_the_same_for_any_number_of_rows(owner, variant, main, shop_floor):
    def cost(name):
        url = reverse(f"admin:catalog_{name}_changelist")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert owner.get(url).status_code == 200
        return len(queries)

    names = ("stockitem", "stocklocation", "stockmovement", "stockrequest")
    owner.get("/admin/")
    few = [cost(name) for name in names]
    for number in range(4):
        place = StockLocation.objects.create(code=f"p{number}")
        other = ProductFactory(stock=3).variants.get()
        inventory.set_on_hand(variant=other, on_hand=1, reason="Count", location=place)
    assert [cost(name) for name in names] == few
    where = reverse("admin:catalog_stockitem_changelist") + f"?location__id__exact={shop_floor.pk}"
    assert len(owner.get(where).context["cl"].result_list) == 1
