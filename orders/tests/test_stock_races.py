"""Stock under real parallelism: many shoppers, many places, many sweeps."""

from datetime import timedelta
from random import Random

import pytest
from django.db.models import F
from django.utils import timezone

from catalog.models import Hold, StockItem, StockLocation, StockMovement, Variant
from catalog.services import backorders, inventory
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.services.holding import extend_hold, hold_cart
from orders.tests.factories import cart_with
from orders.tests.test_races import place, race

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])

WORKERS = 4


def test_twenty_threads_with_opposite_line_order_never_lock_each_other_out():
    variants = [ProductFactory(stock=0).variants.get() for _ in range(4)]
    places = [StockLocation.objects.create(code=f"p{number}", position=number) for number in range(3)]
    for variant in variants:
        for place_ in places:
            inventory.set_on_hand(variant=variant, on_hand=10, reason="Opening stock", location=place_)
    opposite = [variants, variants[::-1]] * 10
    results = race(
        *[
            lambda number=number, chosen=chosen: inventory.reserve(
                quantities={variant.pk: 1 for variant in chosen}, reference=f"order:{number}"
            )
            for number, chosen in enumerate(opposite)
        ]
    )
    assert not [result for result in results if isinstance(result, DomainError)], results
    assert Hold.objects.filter(state="active").count() == 20 * len(variants)
    for place_, taken in zip(places, (10, 10, 0), strict=True):
        assert set(place_.stock_items.values_list("held", flat=True)) == {taken}


def test_orders_moves_and_cancellations_in_opposite_order_all_get_through():
    first, second = (ProductFactory(stock=40).variants.get() for _ in range(2))
    main = StockLocation.objects.get(code="main")
    other = StockLocation.objects.create(code="other", position=5)
    dice = Random(3)

    def move(variant, there):
        source, target = (main, other) if there else (other, main)
        return lambda: inventory.move_stock(
            variant=variant, quantity=1, source=source, target=target, reason="nearer"
        )

    for variant in (first, second):
        move(variant, True)()
    actions = [place(cart_with(*pair)) for pair in [(first, second), (second, first)] * 6]
    actions += [move(variant, there) for variant in (first, second) for there in (True, False)] * 2
    dice.shuffle(actions)
    results = race(*actions)
    refused = [result for result in results if isinstance(result, DomainError)]
    assert not [error for error in refused if error.code != "out_of_stock"], refused
    assert Order.objects.count() == 12
    assert sum(StockItem.objects.values_list("on_hand", flat=True)) == 80
    assert sum(StockItem.objects.values_list("held", flat=True)) == 24


def expired_hold():
    """Two pieces whose time is over, among ten that somebody else holds."""
    variant = ProductFactory(stock=12).variants.get()
    inventory.reserve(quantities={variant.pk: 10}, reference="order:1")
    past = timezone.now() - timedelta(minutes=1)
    inventory.reserve(quantities={variant.pk: 2}, reference="cart:1", expires_at=past)
    return variant


def sweeps(monkeypatch):
    """Workers that have all read the same due holds before any of them ends one."""
    due = list(Hold.objects.filter(reference="cart:1").select_related("item"))
    monkeypatch.setattr(inventory, "lock_holds", lambda wanted, items: due)
    now = timezone.now()
    monkeypatch.setattr(inventory, "_variants_of", lambda wanted: {due[0].item.variant_id})
    return [lambda: inventory._release_due("cart:1", now)] * WORKERS


def test_an_expired_hold_is_released_exactly_once_by_several_workers():
    expired_hold()
    now = timezone.now()
    results = race(*[lambda: inventory.release_expired(now=now)] * WORKERS)
    assert sorted(results) == [0, 0, 0, 2]
    assert StockItem.objects.get().held == 10


def test_also_when_all_of_them_saw_it_active(monkeypatch):
    expired_hold()
    assert sorted(race(*sweeps(monkeypatch))) == [0, 0, 0, 2]
    assert StockItem.objects.get().held == 10


def test_control_without_the_guard_it_is_released_by_every_worker(monkeypatch):
    expired_hold()
    actions = sweeps(monkeypatch)
    monkeypatch.setattr(
        inventory, "_end", lambda hold, state: bool(Hold.objects.filter(pk=hold.pk).update(state=state))
    )
    assert race(*actions) == [2] * WORKERS
    assert StockItem.objects.get().held == 12 - 2 * WORKERS < 10


def test_a_rival_never_gets_the_goods_between_cart_and_order():
    variant = ProductFactory(stock=1).variants.get()
    rivals = [cart_with(variant) for _ in range(3)]
    cart = cart_with(variant)
    hold_cart(cart=cart)
    grab = [lambda rival=rival: hold_cart(cart=rival) for rival in rivals]
    results = race(place(cart), *grab, *[place(rival) for rival in rivals])
    assert isinstance(results[0], Order), results
    assert {error.code for error in results[1:]} == {"out_of_stock"}
    assert StockItem.objects.get().held == 1


def test_control_released_before_it_is_taken_anew_the_goods_are_lost_to_a_rival():
    variant = ProductFactory(stock=1).variants.get()
    rival, cart = cart_with(variant), cart_with(variant)
    hold_cart(cart=cart)
    inventory.release(reference=f"cart:{cart.pk}")
    hold_cart(cart=rival)
    with pytest.raises(DomainError):
        place(cart)()


def test_two_presses_of_keep_them_longer_count_once():
    cart = cart_with(ProductFactory(stock=2).variants.get())
    hold_cart(cart=cart)
    results = race(*[lambda: extend_hold(cart=cart)] * WORKERS)
    refused = [error.code for error in results if isinstance(error, DomainError)]
    assert refused == ["hold_extended"] * (WORKERS - 1)


def last_backorder_piece():
    variant = ProductFactory(stock=0).variants.get()
    Variant.objects.update(backorder_limit=1)
    return [
        lambda name=name: inventory.reserve(quantities={variant.pk: 1}, reference=name)
        for name in ("order:1", "order:2")
    ]


def test_the_last_piece_on_backorder_is_promised_once():
    results = race(*last_backorder_piece())
    assert [error.code for error in results if isinstance(error, DomainError)] == ["out_of_stock"]
    assert Variant.objects.get().backordered == 1


def test_control_without_the_guard_it_is_promised_twice(monkeypatch):
    actions = last_backorder_piece()

    def promise_what_was_seen(variant_id, quantity):
        found = Variant.objects.filter(pk=variant_id)
        return found.update(backordered=F("backordered") + quantity) == 1

    monkeypatch.setattr(backorders, "promise_later", promise_what_was_seen)
    race(*actions)
    variant = Variant.objects.get()
    assert variant.backordered == 2 > variant.backorder_limit


def test_goods_that_arrive_while_others_order_are_promised_to_one():
    variant = ProductFactory(stock=0).variants.get()
    Variant.objects.update(backorder_limit=1)
    inventory.reserve(quantities={variant.pk: 1}, reference="order:early")
    race(
        lambda: inventory.adjust_stock(
            variant=variant, change=1, kind=StockMovement.Kind.RECEIVED, reason="came"
        ),
        *[
            lambda number=number: inventory.reserve(quantities={variant.pk: 1}, reference=f"order:{number}")
            for number in range(3)
        ],
    )
    early = Hold.objects.get(reference="order:early")
    assert not early.is_backorder
    item = StockItem.objects.get()
    assert (item.on_hand, item.held) == (1, 1)
