"""Money without an order: what came in and nobody needs, or nobody asked for in this way."""

from datetime import datetime

from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from ecommerce.lib.money import ZERO, format_money
from orders.models import Order
from payments.models import Alert, GatewayEvent, Payment, Refund
from payments.services.reconciliation.finding import MOST, Finding, about_order, about_payment

_MONEY: DecimalField = DecimalField(max_digits=14, decimal_places=3)


def _left() -> QuerySet[Payment]:
    """Captured payments of which something is still here and not claimed by a refund."""
    here = Payment.objects.filter(status=Payment.Status.CAPTURED, refunded_amount__lt=F("amount"))
    return here.select_related("order").order_by("captured_at", "pk")


def of_cancelled(now: datetime) -> list[Finding]:
    return [
        about_payment(
            "cancelled_money",
            payment,
            f"Order {payment.order.number} is cancelled and its money is still here",
            amount=payment.left,
            since=payment.captured_at or payment.created_at,
            severity="urgent",
            repairs=("send-back",),
        )
        for payment in _left().filter(order__status=Order.Status.CANCELLED)[:MOST]
    ]


def paid_twice(now: datetime) -> list[Finding]:
    needless = _left().filter(live_for=None, order__overpaid_since__isnull=False)
    return [
        about_payment(
            "paid_twice",
            payment,
            f"Order {payment.order.number} was paid twice",
            amount=payment.left,
            since=payment.captured_at or payment.created_at,
            severity="urgent",
            repairs=("send-back",),
        )
        for payment in needless.exclude(order__status=Order.Status.CANCELLED)[:MOST]
    ]


def too_much(now: datetime) -> list[Finding]:
    """Overpaid orders, without what refunds have claimed; a second payment is named by `paid_twice`."""
    claimed = Refund.objects.filter(
        payment__order=OuterRef("pk"), status__in=(Refund.Status.PENDING, Refund.Status.FAILED)
    ).order_by()
    on_its_way = claimed.values("payment__order").annotate(sum=Sum(F("amount") - F("credit"))).values("sum")
    twice = _left().filter(live_for=None).order_by().values("order_id")
    over = (
        Order.objects.filter(overpaid_since__isnull=False)
        .exclude(pk__in=twice)
        .annotate(on_its_way=Coalesce(Subquery(on_its_way, output_field=_MONEY), ZERO, output_field=_MONEY))
        .order_by("overpaid_since", "pk")
    )
    return [
        about_order(
            "too_much",
            order,
            f"More came in for order {order.number} than it costs",
            amount=-order.balance - order.on_its_way,
            since=order.overpaid_since,
            repairs=("send-back",),
        )
        for order in over[:MOST]
        if -order.balance > order.on_its_way
    ]


def held(now: datetime) -> list[Finding]:
    """Payments of which the gateway has another amount, currency or order than was asked for."""
    found = []
    waiting = Payment.objects.filter(held_since__isnull=False).select_related("order")
    for payment in waiting.order_by("held_since", "pk")[:MOST]:
        amount = payment.amount if payment.reported_amount is None else payment.reported_amount
        currency = payment.reported_currency or payment.currency
        asked = format_money(payment.amount, payment.currency)
        same = payment.reported_amount is not None and currency == payment.currency
        kind, title = "mismatch", f"{format_money(amount, currency)} came where {asked} was asked for"
        if amount == payment.amount and currency == payment.currency:
            title = f"{asked} came in the name of another order"
            same = False
        if not payment.is_open:
            kind, title = "called_off_money", f"{title}, on a payment that was called off"
        found.append(
            about_payment(
                kind,
                payment,
                title,
                facts=payment.held_reason,
                amount=amount,
                currency=currency,
                since=payment.held_since,
                severity="urgent",
                repairs=("book", "ask", "deal-held") if same else ("ask", "deal-held"),
            )
        )
    return found


def unknown(now: datetime) -> list[Finding]:
    """Messages of gateways about payments that are not ours, as far as we know."""
    open_ones = GatewayEvent.objects.filter(outcome=GatewayEvent.NO_SUCH_PAYMENT, resolved_at=None)
    return [
        Finding(
            kind="unknown_money",
            title=f"{event.gateway} reports “{event.kind}” of a payment we do not know",
            facts=f"Message {event.event_id}",
            since=event.received_at,
            severity="urgent",
            event=event,
            repairs=("deal-event",),
        )
        for event in open_ones.defer("payload").order_by("received_at", "pk")[:MOST]
    ]


def alerts(now: datetime) -> list[Finding]:
    """Disputes, and whatever else a gateway wants us to know."""
    flags = Alert.objects.filter(kind=Alert.Kind.FLAG, resolved_at=None)
    return [
        Finding(
            kind="alert",
            title=alert.message,
            since=alert.raised_at,
            severity="urgent",
            amount=alert.payment.amount if alert.payment else None,
            currency=alert.payment.currency if alert.payment else "",
            order=alert.order,
            payment=alert.payment,
            alert=alert,
            repairs=("deal-alert",),
        )
        for alert in flags.select_related("order", "payment").order_by("raised_at", "pk")[:MOST]
    ]
