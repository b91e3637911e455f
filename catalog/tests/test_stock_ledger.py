"""Stock equals its movements and its holds, whatever happens to it and in whatever order."""

from datetime import timedelta
from random import Random

import pytest
from django.db.models import F, Q, Sum
from django.utils import timezone

from catalog.models import Hold, StockItem, StockLocation, StockMovement, Variant
from catalog.services import inventory, stock_settling
from catalog.services.products import refresh_stock
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError

pytestmark = pytest.mark.django_db

OPERATIONS = 2000
Kind = StockMovement.Kind


class Storeroom:
    """Three variants in three places, and people who do things to them at random."""

    def __init__(self, seed):
        self.dice = Random(seed)
        self.now = timezone.now()
        self.places = [StockLocation.objects.get_or_create(code="main")[0]]
        for number in (1, 2):
            self.places.append(StockLocation.objects.create(code=f"p{number}", position=number))
        self.variants = [ProductFactory(stock=9).variants.get() for _ in range(3)]
        Variant.objects.filter(pk=self.variants[0].pk).update(backorder_limit=5)
        Variant.objects.filter(pk=self.variants[1].pk).update(backorder_limit=2)
        self.references = [f"order:{number}" for number in range(12)] + [f"cart:{n}" for n in range(6)]

    def some(self):
        chosen = self.dice.sample(self.variants, self.dice.randint(1, 3))
        return {variant.pk: self.dice.randint(1, 4) for variant in chosen}

    def one(self):
        return self.dice.choice(self.variants), self.dice.choice(self.places)

    def reserve(self):
        name = self.dice.choice(self.references)
        until = self.now + timedelta(minutes=self.dice.randint(1, 30)) if name[0] == "c" else None
        instead = [self.dice.choice(self.references)] if self.dice.random() < 0.3 else []
        inventory.reserve(quantities=self.some(), reference=name, expires_at=until, instead_of=instead)

    def release(self):
        inventory.release(reference=self.dice.choice(self.references))

    def consume(self):
        wanted = self.some() if self.dice.random() < 0.7 else None
        inventory.consume(reference=self.dice.choice(self.references), quantities=wanted)

    def receive(self):
        variant, place = self.one()
        change = self.dice.randint(1, 6)
        inventory.adjust_stock(
            variant=variant, change=change, kind=Kind.RECEIVED, reason="came", location=place
        )

    def adjust(self):
        variant, place = self.one()
        change = self.dice.randint(-4, 2)
        inventory.adjust_stock(
            variant=variant, change=change, kind=Kind.ADJUSTED, reason="lost", location=place
        )

    def count(self):
        variant, place = self.one()
        inventory.set_on_hand(
            variant=variant, on_hand=self.dice.randint(0, 8), reason="count", location=place
        )

    def move(self):
        variant, source = self.one()
        inventory.move_stock(
            variant=variant,
            quantity=self.dice.randint(1, 3),
            source=source,
            target=self.dice.choice(self.places),
            reason="nearer",
        )

    def give_back(self):
        variant, place = self.one()
        inventory.give_back(variant=variant, quantity=1, reference="order:1", location=place)

    def expire(self):
        self.now += timedelta(minutes=5)
        inventory.release_expired(now=self.now)

    def close_or_open(self):
        inventory.use_location(location=self.places[2], is_active=self.dice.random() < 0.6)

    def act(self):
        """Do one thing; returns whether the stock allowed it."""
        actions = [self.reserve] * 6 + [self.consume] * 3 + [self.receive] * 2
        actions += [self.release, self.adjust, self.count, self.move, self.give_back, self.expire]
        actions += [self.close_or_open]
        try:
            self.dice.choice(actions)()
        except DomainError:
            return False
        return True


def assert_books_balance():
    items = StockItem.objects.annotate(
        moved=Sum("movements__change", default=0),
    )
    assert not items.exclude(on_hand=F("moved")).exists()
    real = Q(holds__state=Hold.State.ACTIVE, holds__is_backorder=False)
    items = StockItem.objects.annotate(promised=Sum("holds__quantity", filter=real, default=0))
    assert not items.exclude(held=F("promised")).exists()
    later = Q(stock_items__holds__state=Hold.State.ACTIVE, stock_items__holds__is_backorder=True)
    variants = Variant.objects.annotate(promised=Sum("stock_items__holds__quantity", filter=later, default=0))
    assert not variants.exclude(backordered=F("promised")).exists()
    assert not variants.filter(backordered__gt=F("backorder_limit")).exists()
    assert not StockItem.objects.filter(Q(on_hand__lt=0) | Q(held__gt=F("on_hand"))).exists()
    for variant_id, free in inventory.available(variants.values_list("pk", flat=True)).items():
        # Nobody waits for pieces that lie there free.
        assert not (free and Variant.objects.get(pk=variant_id).backordered)
        assert Variant.objects.get(pk=variant_id).product.available == free


def test_after_two_thousand_random_operations_stock_equals_its_movements(monkeypatch):
    room = Storeroom(seed=20)
    named: set[int] = set()
    # The products that each operation names are rewritten before each look at the books, not
    # two thousand times: that is most of what an operation costs.
    monkeypatch.setattr(stock_settling, "refresh_stock", lambda *ids: named.update(ids))
    allowed = 0
    for number in range(OPERATIONS):
        allowed += room.act()
        if number % 100 == 99:
            refresh_stock(*named)
            named.clear()
            assert_books_balance()
    # The walk went everywhere: most things were possible, and every kind of entry was written.
    assert OPERATIONS / 2 < allowed < OPERATIONS
    assert set(StockMovement.objects.values_list("kind", flat=True)) >= {
        Kind.RECEIVED, Kind.ADJUSTED, Kind.SOLD, Kind.RETURNED, Kind.MOVED,
    }  # fmt: skip
    ended = Hold.objects.filter(is_backorder=True, state=Hold.State.RELEASED)
    filled = Hold.objects.filter(item__location__code="p1", state=Hold.State.CONSUMED)
    assert ended.exists() and filled.exists()


def test_control_a_movement_that_is_not_written_is_found():
    ProductFactory(stock=3)
    StockItem.objects.update(on_hand=4)
    with pytest.raises(AssertionError):
        assert_books_balance()
