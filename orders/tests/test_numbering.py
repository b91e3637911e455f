"""Numbers of papers: consecutive for each seller, unique over the shop, given back by a rollback."""

from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import transaction

from catalog.models import StoreSettings
from catalog.tests.factories import ProductFactory, StoreFactory
from ecommerce.lib.transactions import retrying_atomic
from orders.models import CreditNote, Invoice, InvoiceCounter, Order
from orders.services import invoices
from orders.services.numbering import Number, next_number
from orders.services.orders import mark_paid
from orders.tests.factories import OrderFactory, paid_order
from orders.tests.test_races import race

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # in Berlin it is 2027 already
INVOICE, CREDIT_NOTE = InvoiceCounter.Kind.INVOICE, InvoiceCounter.Kind.CREDIT_NOTE
with_commits = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def take(store, kind=INVOICE):
    return str(next_number(store=store, kind=kind, now=NOW))


def sell_as(store):
    shop = StoreSettings.current()
    shop.seller = store
    shop.save()


@pytest.mark.django_db
def test_each_seller_and_each_kind_of_paper_has_numbers_without_a_gap():
    north, south = StoreFactory(invoice_prefix="NORD-"), StoreFactory()
    taken = [take(store, kind) for store in (north, south, north) for kind in (INVOICE, CREDIT_NOTE)]
    assert taken == [
        "NORD-2027-00001",
        "NORD-C2027-00001",
        "2027-00001",
        "C2027-00001",
        "NORD-2027-00002",
        "NORD-C2027-00002",
    ]


@pytest.mark.django_db
def test_a_series_that_another_began_is_never_shared():
    first, second = StoreFactory(), StoreFactory()
    assert [take(first), take(second), take(second), take(first)] == [
        "2027-00001",
        f"S{second.pk}-2027-00001",
        f"S{second.pk}-2027-00002",
        "2027-00002",
    ]
    odd = StoreFactory(invoice_prefix=f"S{second.pk}-")
    assert take(odd) == f"S{odd.pk}-2027-00001"
    # Its credit notes would be named like the invoices of a store with the prefix "C".
    assert take(StoreFactory(invoice_prefix="C")) == "C2027-00001"
    assert take(first, CREDIT_NOTE) == f"S{first.pk}-C2027-00001"


@pytest.mark.django_db
def test_a_series_from_before_stores_were_remembered_goes_on():
    InvoiceCounter.objects.create(series="2027", last=41)
    store = StoreFactory()
    assert take(store) == "2027-00042"
    assert InvoiceCounter.objects.get().store == store
    assert take(None).startswith("S0-2027")


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back():
    store = StoreFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take(store)
        raise ZeroDivisionError
    assert take(store) == "2027-00001"


@pytest.mark.django_db(databases=["default", "documents"])
def test_papers_are_issued_by_the_seller_of_the_moment():
    north, south = StoreFactory(invoice_prefix="N-"), StoreFactory(invoice_prefix="S-")
    for store in (north, south, north):
        sell_as(store)
        paid_order()
    found = [(paper.store, paper.number[:2], paper.sequence) for paper in Invoice.objects.order_by("pk")]
    assert found == [(north, "N-", 1), (south, "S-", 1), (north, "N-", 2)]


@with_commits
def test_fifty_orders_paid_at_once_get_fifty_consecutive_numbers(settings):
    settings.BACKGROUND = "off"  # numbers are given before the commit, papers and emails after it
    variant = ProductFactory(stock=99).variants.get()
    orders = [OrderFactory(variant) for _ in range(50)]
    for start in range(0, 50, 10):
        batch = orders[start : start + 10]
        results = race(*[lambda order=order: _paid(order) for order in batch])
        assert all(isinstance(result, Order) for result in results)
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, 51))
    assert not CreditNote.objects.exists()


def _paid(order):
    """As a busy shop does it: whoever is told "busy" tries again."""
    while True:
        result = mark_paid_or_busy(order)
        if result is not None:
            return result


def mark_paid_or_busy(order):
    from ecommerce.lib.errors import Busy

    try:
        return mark_paid(order=order)
    except Busy:
        return None


@with_commits
def test_control_the_highest_number_plus_one_is_given_out_twice(monkeypatch):
    """What a shop does that looks for the last number: two look before either has written."""
    orders, both_looked = [OrderFactory(), OrderFactory()], Barrier(2)

    def highest_plus_one(*, store, kind, now):
        return Number(series="2027", sequence=seen.pop())

    def look():
        newest = Invoice.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        both_looked.wait()
        seen.append(newest + 1)

    seen: list[int] = []
    race(look, look)
    assert seen == [1, 1]
    monkeypatch.setattr(invoices, "next_number", highest_plus_one)
    with pytest.raises(Exception, match="(?i)unique|duplicate"):
        for order in orders:
            mark_paid(order=order)


@with_commits
def test_numbers_of_two_sellers_taken_at_once_have_no_gap():
    stores = [StoreFactory(), StoreFactory()]
    one = retrying_atomic(lambda store: take(store))
    results = race(*[lambda store=store: one(store) for store in stores * 5])
    assert len(set(results)) == 10
    counters = InvoiceCounter.objects.all()
    assert sorted(counter.last for counter in counters) == [5, 5]
