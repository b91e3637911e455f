"""The demo's orders: every cent, every state, and every promise of the services."""

from decimal import Decimal

import pytest
from django.contrib.auth import authenticate
from django.db.models import Count, F, Q, Sum

from demo.loader.people import ADA_EMAIL, ADA_PASSWORD, OWNER_EMAIL, OWNER_PASSWORD
from orders.models import (
    CreditNote,
    Discount,
    DiscountCode,
    Invoice,
    InvoiceCounter,
    Order,
    OrderEvent,
    OrderLine,
    Return,
    ReturnLine,
    Shipment,
)
from orders.pricing import Quote
from orders.services.balances import payment_state
from orders.services.fulfilment import ship_order
from orders.services.sweep import sweep as sweep_orders
from payments.models import Payment, Refund
from payments.services.orders import cancel_and_refund
from payments.services.sweep import sweep as sweep_payments

# One worker, so that the demo is loaded once.
pytestmark = [pytest.mark.usefixtures("demo_shop")]


def test_every_state_is_there(demo_shop):
    assert Order.objects.count() == 300
    for field, choices in (
        ("status", Order.Status),
        ("payment_status", Order.PaymentStatus),
        ("fulfilment_status", Order.FulfilmentStatus),
    ):
        # Partly paid is an order that was changed after it was paid; the demo's were not.
        wanted = set(choices.values) - {"partly_paid"}
        assert set(Order.objects.values_list(field, flat=True)) == wanted
    assert set(Payment.objects.values_list("status", flat=True)) >= {
        "pending",
        "captured",
        "failed",
        "cancelled",
    }


def test_returns_are_in_several_states_and_count_on_their_lines():
    states = set(Return.objects.values_list("status", flat=True))
    assert states >= {"requested", "approved", "received", "refunded"}
    assert Return.objects.filter(kind="withdrawal", withdrawal__isnull=False).exists()
    asked = dict(ReturnLine.objects.values_list("line_id").annotate(sum=Sum("quantity")))
    counted = OrderLine.objects.filter(quantity_returned__gt=0).values_list("pk", "quantity_returned")
    assert asked == dict(counted)
    for done in Return.objects.filter(status="refunded").select_related("order"):
        sent = sum(row.refund_amount for row in done.lines.all())
        assert done.refund_amount == done.order.total >= sent
    assert Return.objects.filter(order__customer__email=ADA_EMAIL, status="approved").exists()


def test_every_order_adds_up_to_the_cent():
    for order in Order.objects.prefetch_related("lines"):
        quote = Quote.from_json(order.quote)
        lines = list(order.lines.all())
        assert order.subtotal + order.shipping_total - order.discount_total == order.total
        assert (quote.subtotal, quote.shipping, quote.total) == (
            order.subtotal,
            order.shipping_total,
            order.total,
        )
        assert sum(line.subtotal for line in lines) == order.subtotal
        assert sum(share.tax for share in quote.taxes) == order.tax_total == quote.tax_total
        assert sum(found.amount for found in quote.discounts) == order.discount_total
        for line, quoted in zip(lines, quote.lines, strict=True):
            assert line.subtotal == line.unit_price * line.quantity
            assert line.total == line.subtotal - line.discount == quoted.total
            assert (line.variant_id, line.tax) == (quoted.key, quoted.tax)


def test_payments_match_their_orders():
    assert not Payment.objects.exclude(amount=F("order__total")).exists()
    live = Payment.objects.filter(status__in=Payment.LIVE)
    assert not live.exclude(live_for=F("order_id")).exists()
    assert not Payment.objects.exclude(status__in=Payment.LIVE).exclude(live_for=None).exists()
    captured = set(Payment.objects.filter(status="captured").values_list("order_id", flat=True))
    assert captured == set(Order.objects.exclude(payment_status="unpaid").values_list("pk", flat=True))
    refunds = dict(Refund.objects.values_list("payment_id").annotate(sum=Sum("amount")))
    for payment in Payment.objects.filter(status="captured").select_related("order"):
        assert refunds.get(payment.pk, Decimal(0)) == payment.refunded_amount
        part = {"paid": 0, "refunded": 1}.get(payment.order.payment_status)
        if part is None:
            assert 0 < payment.refunded_amount < payment.amount
        else:
            assert payment.refunded_amount == payment.amount * part


def test_nothing_happens_before_it_could(demo_shop):
    for order in Order.objects.all():
        moments = [order.placed_at, order.paid_at, order.shipped_at, order.delivered_at]
        if order.payment_method == "cash_on_delivery":
            moments.remove(order.paid_at)
        happened = [moment for moment in moments if moment]
        assert happened == sorted(happened)
        assert all(moment < demo_shop.midnight for moment in happened)
    oldest = Order.objects.order_by("placed_at").first().placed_at
    assert (demo_shop.midnight - oldest).days == 119


def test_the_diary_is_in_order_and_tells_the_state():
    expected = {
        "cancelled": "cancelled",
        "refunded": "refunded",
        "delivered": "delivered",
        "shipped": "shipped",
    }
    for order in Order.objects.prefetch_related("events"):
        events = list(order.events.all())
        assert events[0].kind == "placed"
        times = [event.created_at for event in events]
        assert times == sorted(times)
        if order.status in expected:
            assert expected[order.status] in {event.kind for event in events}


def test_parcels_hold_what_has_left():
    assert set(Order.objects.exclude(shipments=None)) == set(
        Order.objects.exclude(fulfilment_status="unfulfilled")
    )
    for order in Order.objects.prefetch_related("lines__shipped_in"):
        for line in order.lines.all():
            assert sum(part.quantity for part in line.shipped_in.all()) == line.quantity_shipped
    assert not Shipment.objects.filter(tracking_url="").exists()


def test_invoices_have_no_gap_and_follow_time():
    for counter in InvoiceCounter.objects.filter(kind="invoice"):
        invoices = Invoice.objects.filter(series=counter.series).order_by("sequence")
        assert [invoice.sequence for invoice in invoices] == list(range(1, counter.last + 1))
        issued = [invoice.issued_at for invoice in invoices]
        assert issued == sorted(issued)
    owed = Q(paid_at__isnull=False) | Q(payment_method="cash_on_delivery", shipments__isnull=False)
    assert set(Order.objects.exclude(invoices=None)) == set(Order.objects.filter(owed))
    assert not Invoice.objects.exclude(amount=F("order__total")).exists()


def test_every_refund_has_a_credit_note_without_a_gap_and_within_its_invoice():
    notes = list(CreditNote.objects.select_related("invoice", "order"))
    assert len(notes) == Refund.objects.filter(done_at__isnull=False).count() > 0
    for counter in InvoiceCounter.objects.filter(kind="credit_note"):
        series = CreditNote.objects.filter(series=counter.series).order_by("sequence")
        assert [note.sequence for note in series] == list(range(1, counter.last + 1))
        issued = [note.issued_at for note in series]
        assert issued == sorted(issued)
    for note in notes:
        assert note.amount == note.order.amount_credited <= note.invoice.amount
        taxes = note.snapshot["taxes"]
        assert sum(Decimal(row["net"]) + Decimal(row["tax"]) for row in taxes) == note.amount
        if note.amount == note.invoice.amount:
            assert [row["tax"] for row in taxes] == [row["tax"] for row in note.invoice.snapshot["taxes"]]


def test_discount_uses_are_counted_and_within_limits():
    live = Count("use_rows", filter=Q(use_rows__released_at=None))
    discounts = Discount.objects.annotate(live=live)
    assert all(discount.uses == discount.live for discount in discounts)
    assert all(discount.uses for discount in discounts)
    once = Discount.objects.get(code="WELCOME10")
    buyers = once.use_rows.filter(released_at=None).values_list("customer_key", flat=True)
    assert len(buyers) == len(set(buyers))
    codes = DiscountCode.objects.annotate(live=live)
    assert codes.count() == 20 and all(code.uses == code.live for code in codes)
    assert sum(code.uses for code in codes) == codes[0].discount.uses


def test_the_sweep_finds_nothing_owed(demo_shop):
    orders = sweep_orders(now=demo_shop.midnight)
    payments = sweep_payments(now=demo_shop.midnight)
    assert set(orders.values()) | set(payments.values()) == {0}


def test_ada_and_the_owner_can_sign_in_and_ada_has_orders_in_most_states():
    ada = authenticate(email=ADA_EMAIL, password=ADA_PASSWORD)
    owner = authenticate(email=OWNER_EMAIL, password=OWNER_PASSWORD)
    assert ada is not None and not ada.is_staff
    assert owner is not None and owner.is_superuser
    assert len(set(Order.objects.for_customer(ada).values_list("status", flat=True))) >= 5
    assert ada.addresses.count() == 2


@pytest.mark.usefixtures("undone")
def test_staff_can_send_a_waiting_order():
    order = Order.objects.filter(status="processing", fulfilment_status="unfulfilled").first()
    shipment = ship_order(order=order, carrier="DHL", tracking_number="1234")
    order.refresh_from_db()
    assert order.status == "shipped"
    assert OrderEvent.objects.filter(order=order, data={"shipment": shipment.pk}).exists()


@pytest.mark.usefixtures("undone")
def test_staff_can_cancel_an_order_that_was_paid_by_card():
    order = Order.objects.filter(
        status="processing", fulfilment_status="unfulfilled", payment_method="demo"
    ).first()
    cancel_and_refund(order=order, reason="out of paper")
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")


def test_amounts_paid_are_what_payments_and_refunds_say(demo_shop):
    came = dict(Payment.objects.filter(status="captured").values_list("order_id", "amount"))
    went = dict(Refund.objects.filter(status="done").values_list("payment__order_id", "amount"))
    for order in Order.objects.all():
        assert order.amount_paid == came.get(order.pk, 0) - went.get(order.pk, 0)
        assert order.amount_credited == went.get(order.pk, 0)
        assert order.payment_status == payment_state(order)
