"""Who changes an order at the same time: exactly one wins, and the other is told."""

from decimal import Decimal

import pytest

from catalog.models import Hold, StockItem
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.services import editing
from orders.services.editing import Edit, edit_order
from orders.services.fulfilment import ship_order
from orders.services.orders import cancel_order
from orders.services.picking import start_picking
from orders.tests.factories import paid_order
from orders.tests.test_races import race

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])


def edit_to(order, pieces):
    line = order.lines.get()
    edit = Edit(quantities={line.pk: pieces}, additions={}, reason="raced")
    total = order.total + (pieces - line.quantity) * line.unit_price
    return lambda: edit_order(order=order, edit=edit, revision=0, confirmed_total=total)


def failures(results):
    return [result.code for result in results if isinstance(result, DomainError)]


def test_of_several_edits_at_once_one_counts():
    order = paid_order(quantity=3)
    results = race(*[edit_to(order, pieces) for pieces in (1, 2, 4, 5)])
    assert failures(results) == ["order_changed"] * 3
    order.refresh_from_db()
    line = order.lines.get()
    assert (order.revision, order.total) == (1, line.total + order.shipping_total)
    assert StockItem.objects.get(variant=line.variant).held == line.quantity
    assert order.invoices.count() == 2


def test_control_without_the_guard_every_edit_counts(monkeypatch):
    """What a page does that writes over whatever is there."""
    order = paid_order(quantity=3)
    real = editing.locked

    def as_it_was_first(stale):
        fresh = real(stale)
        Order.objects.filter(pk=stale.pk).update(revision=0)
        fresh.revision = 0
        return fresh

    monkeypatch.setattr(editing, "locked", as_it_was_first)
    monkeypatch.setattr(editing, "reissue_invoice", lambda order: None)
    assert failures(race(edit_to(order, 1), edit_to(order, 2))) == []
    assert order.events.filter(kind="edited").count() == 2


def test_an_edit_meets_the_parcel_and_never_takes_away_what_left():
    order = paid_order(quantity=3)
    results = race(edit_to(order, 1), lambda: ship_order(order=order, carrier="DHL"))
    order.refresh_from_db()
    line = order.lines.get()
    assert len(failures(results)) <= 1 and order.status == "shipped"
    assert line.quantity == line.quantity_shipped in (1, 3)
    assert not Hold.objects.filter(state=Hold.State.ACTIVE).exists()
    assert StockItem.objects.get(variant=line.variant).held == 0


@pytest.mark.parametrize("turn", range(3))
def test_cancelling_meets_picking_and_exactly_one_wins(turn):
    order = paid_order()
    results = race(
        lambda: cancel_order(order=order, reason="changed my mind", by_shopper=True),
        lambda: start_picking(order=order),
    )
    order.refresh_from_db()
    assert len(failures(results)) == 1
    assert (order.status, order.picking_at is None) in [("cancelled", True), ("processing", False)]
    assert order.amount_paid > Decimal(0)
