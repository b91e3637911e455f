"""Holds of programs, orders and tills at once: nothing is promised or taken twice."""

import threading

import pytest
from django.db import IntegrityError

from catalog.models import Hold, OutsideSale, StockItem, StockMovement
from catalog.services import inventory, outside_sales, stock_rows
from catalog.services.outside_sales import sell_outside
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.models import KeptGoods, Order
from orders.services import keeping
from orders.services.keeping import keep
from orders.tests.factories import cart_with
from orders.tests.test_races import place, race

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])

WORKERS = 8


def product(stock):
    return ProductFactory(stock=stock).variants.get()


def sales(variant, *references):
    return [
        lambda name=name: sell_outside(variant=variant, quantity=1, reference=name) for name in references
    ]


def codes(results):
    return [result.code for result in results if isinstance(result, DomainError)]


def test_a_sale_that_is_told_eight_times_is_taken_once():
    variant = product(20)
    results = race(*sales(variant, *["T-1"] * WORKERS))
    assert {result.pk for result in results} == {OutsideSale.objects.get().pk}
    assert StockItem.objects.get().on_hand == 19
    assert StockMovement.objects.filter(reference="T-1").count() == 1


def test_also_when_each_was_told_before_any_was_written_down(monkeypatch):
    """The unique key refuses the second one; nothing of it stays, and it finds the first."""
    variant, looked, known = product(20), set(), outside_sales._known

    def blind_at_first(key):
        me = threading.get_ident()
        return known(key) if me in looked else looked.add(me)

    monkeypatch.setattr(outside_sales, "_known", blind_at_first)
    results = race(*sales(variant, *["T-1"] * WORKERS))
    assert {result.pk for result in results} == {OutsideSale.objects.get().pk}
    assert StockItem.objects.get().on_hand == 19


def test_control_without_the_guards_it_is_taken_eight_times(monkeypatch):
    variant = product(20)
    monkeypatch.setattr(outside_sales, "_known", lambda key: None)
    monkeypatch.setattr(outside_sales, "_write_down", lambda *sale: None)
    race(*sales(variant, *["T-1"] * WORKERS))
    assert StockItem.objects.get().on_hand == 20 - WORKERS


def test_eight_tills_after_the_last_three_take_three():
    variant = product(3)
    results = race(*sales(variant, *[f"T-{number}" for number in range(WORKERS)]))
    assert codes(results) == ["out_of_stock"] * (WORKERS - 3)
    assert StockItem.objects.get().on_hand == 0 and OutsideSale.objects.count() == 3


def test_control_deciding_on_what_was_seen_all_eight_take_one(monkeypatch):
    variant = product(3)
    seen = list(StockItem.objects.select_related("location"))
    monkeypatch.setattr(outside_sales.stock_rows, "lock_items", lambda ids: seen)
    monkeypatch.setattr(
        outside_sales.stock_rows,
        "take",
        lambda item, n: StockItem.objects.filter(pk=item.pk).update(on_hand=item.on_hand - n) == 1,
    )
    results = race(*sales(variant, *[f"T-{number}" for number in range(WORKERS)]))
    assert not codes(results) and OutsideSale.objects.count() == WORKERS > 3


def rivals_for(variant):
    """Carts that keep the last piece, carts that order it, and tills that take it."""
    keepers = [cart_with() for _ in range(3)]
    buyers = [cart_with(variant) for _ in range(3)]
    keeps = [lambda cart=cart: keep(variant=variant, quantity=1, cart=cart) for cart in keepers]
    return [*keeps, *map(place, buyers), *sales(variant, "T-1", "T-2")]


def test_hold_order_and_till_after_the_last_piece_one_gets_it():
    variant = product(1)
    results = race(*rivals_for(variant))
    winners = [result for result in results if isinstance(result, KeptGoods | Order | OutsideSale)]
    assert len(winners) == 1 and set(codes(results)) == {"out_of_stock"}
    item = StockItem.objects.get(variant=variant)
    left = (0, 0) if isinstance(winners[0], OutsideSale) else (1, 1)
    assert (item.on_hand, item.held) == left
    assert KeptGoods.objects.count() == sum(isinstance(winner, KeptGoods) for winner in winners)


def test_control_without_the_guards_only_the_database_refuses(monkeypatch):
    variant = product(1)
    item = StockItem.objects.select_related("location").get(variant=variant)
    rows = StockItem.objects.filter(pk=item.pk)
    monkeypatch.setattr(inventory, "_spread", lambda items, wanted, ended: [(item, 1)])
    monkeypatch.setattr(inventory, "claim", lambda item, n: rows.update(held=item.held + n) == 1)
    carts = [cart_with() for _ in range(2)]
    race(*[lambda cart=cart: keep(variant=variant, quantity=1, cart=cart) for cart in carts])
    assert Hold.objects.filter(item=item).count() == 2 > rows.get().on_hand
    monkeypatch.setattr(stock_rows, "lock_items", lambda ids: [item])
    monkeypatch.setattr(stock_rows, "take", lambda item, n: rows.update(on_hand=item.on_hand - n) == 1)
    with pytest.raises(IntegrityError):
        sell_outside(variant=variant, quantity=1, reference="T-1")


def one_cart_asking(variant):
    cart = cart_with()
    return [lambda n=n: keep(variant=variant, quantity=n, cart=cart) for n in (1, 2, 3, 4)]


def test_one_cart_asking_several_times_at_once_has_one_hold():
    variant = product(5)
    results = race(*one_cart_asking(variant))
    assert len({kept.hold_id for kept in results}) == 1
    assert StockItem.objects.get(variant=variant).held == KeptGoods.objects.get().quantity


def test_control_when_what_is_held_is_not_given_back_the_requests_add_up(monkeypatch):
    variant = product(20)
    monkeypatch.setattr(keeping, "hold_references", lambda cart: [])
    race(*one_cart_asking(variant))
    assert StockItem.objects.get(variant=variant).held == 10 > KeptGoods.objects.get().quantity
