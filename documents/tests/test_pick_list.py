"""The pick list: one walk over all orders, then box by box, and no money."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Hold, StockItem, StockLocation
from catalog.tests.factories import ProductFactory
from documents.pick_list import UNKNOWN_PLACE, boxes_of, letter_of, picks_of
from documents.services.printing import print_pick_list
from documents.tests.papers import codes, picture, read, words
from orders.models import Order
from orders.services.fulfilment import ship_order
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def variant(sku, **more):
    return ProductFactory(name=f"Thing {sku}", sku=sku, stock=20, **more).variants.get()


def move_hold(order, sku, place, **changes):
    """What the order holds of a SKU lies at another place, or has yet to come."""
    hold = Hold.objects.get(reference=order.stock_reference, item__variant__sku=sku)
    location, _ = StockLocation.objects.get_or_create(code=place.lower(), defaults={"name": place})
    item, _ = StockItem.objects.get_or_create(variant=hold.item.variant, location=location)
    Hold.objects.filter(pk=hold.pk).update(item=item, **changes)


def walk(orders):
    return [(row.place, row.sku, row.pieces, row.boxes) for row in picks_of(boxes_of(orders))]


def test_all_orders_are_picked_in_one_walk_by_place_and_sku():
    mug, lamp = variant("MUG"), variant("LAMP")
    first, second = paid_order(mug, lamp, quantity=2), paid_order(mug, quantity=3)
    for order in (first, second):
        move_hold(order, "MUG", "Aisle 2")
    move_hold(first, "LAMP", "Aisle 1")
    assert walk([first, second]) == [
        ("Aisle 1", "LAMP", 2, {"A": 2}),
        ("Aisle 2", "MUG", 5, {"A": 2, "B": 3}),
    ]
    text = words(print_pick_list(orders=[first, second]).pdf)
    assert "7 pieces for 2 orders" in text and "Aisle 2 MUG Thing MUG 5 A: 2, B: 3" in text
    assert first.number in text and second.number in text


def test_it_never_speaks_of_money(tmp_path):
    order = paid_order(variant("MUG"))
    Order.objects.filter(pk=order.pk).update(note="Please wrap it.")
    pdf = print_pick_list(orders=Order.objects.filter(pk=order.pk)).pdf
    text = words(pdf)
    assert "Please wrap it." in text and "€" not in text and "20.00" not in text
    assert codes(picture(pdf, tmp_path, dpi=203)) == {"CODE128": order.number}
    assert "/StructTreeRoot" in read(pdf).root_object


def test_what_has_yet_to_come_is_named_and_not_counted():
    order = paid_order(variant("MUG"), quantity=3)
    hold = Hold.objects.get(reference=order.stock_reference)
    Hold.objects.filter(pk=hold.pk).update(quantity=1)
    Hold.objects.create(item=hold.item, quantity=2, reference=hold.reference, is_backorder=True)
    (box,) = boxes_of([order])
    assert [(line.pieces, line.waiting) for line in box.lines] == [(1, 2)]
    text = words(print_pick_list(orders=[order]).pdf)
    assert "1 piece for 1 order" in text and "2 on backorder, not here yet" in text


def test_what_was_sent_is_left_out():
    order = paid_order(variant("MUG"), variant("LAMP"), quantity=2)
    mug = order.lines.get(sku="MUG")
    ship_order(order=order, carrier="DHL", tracking_number="1", quantities={mug.pk: 2})
    order.refresh_from_db()
    assert [sku for _, sku, _, _ in walk([order])] == ["LAMP"]


def test_a_line_that_nothing_holds_is_picked_from_where_it_is_found():
    order = paid_order(variant("MUG"), quantity=2)
    Hold.objects.filter(reference=order.stock_reference).delete()
    assert walk([order]) == [(UNKNOWN_PLACE, "MUG", 2, {"A": 2})]


def test_orders_that_may_not_leave_are_named_and_not_picked():
    fine, unpaid, sent = paid_order(), OrderFactory(), shipped_order()
    job = print_pick_list(orders=[unpaid, fine, sent])
    assert job.problems == [
        f"Order {unpaid.number}: not paid yet, so nothing may leave.",
        f"Order {sent.number}: shipped, so there is nothing to pick.",
    ]
    text = words(job.pdf)
    assert "for 1 order" in text and f"Left out Order {unpaid.number}" in text
    assert print_pick_list(orders=[unpaid]).pdf == b""


def test_orders_paid_at_the_door_are_picked():
    assert print_pick_list(orders=[OrderFactory(payment_method="cash_on_delivery")]).problems == []


def test_boxes_have_letters():
    assert [letter_of(index) for index in (0, 25, 26, 51, 52, 199)] == ["A", "Z", "AA", "AZ", "BA", "GR"]


def test_queries_do_not_grow_with_the_orders(monkeypatch):
    monkeypatch.setattr("documents.services.printing.render_pick_list", lambda *_, **__: b"")
    mug, counts = variant("MUG"), []
    for size in (1, 4):
        for _ in range(size):
            paid_order(mug)
        orders = list(Order.objects.all())
        with CaptureQueriesContext(connection) as queries:
            print_pick_list(orders=orders)
            assert len(boxes_of(orders)) >= size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 3
