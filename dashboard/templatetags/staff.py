"""Display helpers of the staff site."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard.order_list import date_links
from dashboard.worklists import is_late, is_unpaid_too_long
from orders.models import Order
from orders.ways_to_pay import label_of
from payments.models import Payment
from payments.services.reconciliation import Finding

register = template.Library()

_TONES = {
    "pending": "sun",
    "processing": "blue",
    "shipped": "blue",
    "delivered": "good",
    "cancelled": "",
    "refunded": "",
    "unpaid": "sun",
    "partly_paid": "sun",
    "paid": "good",
    "partly_refunded": "sun",
    "unfulfilled": "",
    "partial": "sun",
    "fulfilled": "good",
    "authorised": "blue",
    "captured": "good",
    "failed": "bad",
    "done": "good",
    "given_up": "",
    "requested": "sun",
    "approved": "blue",
    "active": "good",
    "blocked": "bad",
    "received": "sun",
}


def badge(text: str, tone: str = "") -> SafeString:
    """A word in a pill; `tone` is good, bad, sun, blue or "" for neutral."""
    return format_html('<span class="st-badge{}">{}</span>', f" st-badge-{tone}" if tone else "", text)


@register.simple_tag
def state_badge(row: Any, field: str = "status") -> SafeString:
    """`{% state_badge order "payment_status" %}`: a choice field's value in its colour."""
    value = getattr(row, field)
    # Nobody waits for the money of an order that is cancelled.
    if value == Order.PaymentStatus.UNPAID and row.status == Order.Status.CANCELLED:
        return badge("Unpaid")
    # An order that is collected has words of its own.
    words = getattr(row, f"{field}_words", "") or getattr(row, f"get_{field}_display")()
    return badge(words, _TONES.get(value, ""))


@register.simple_tag
def severity_badge(finding: Finding) -> SafeString:
    """How much a finding of the reconciliation list hurries."""
    words = {"urgent": ("Urgent", "bad"), "soon": ("Soon", "sun"), "look": ("Have a look", "")}
    return badge(*words[finding.severity])


@register.simple_tag
def order_flags(order: Order) -> SafeString:
    """What staff should look at: late, unpaid for over an hour, being packed, overpaid."""
    flags = []
    if is_late(order, timezone.localdate()):
        flags.append(badge("Late", "bad"))
    if is_unpaid_too_long(order, timezone.now()):
        flags.append(badge("Unpaid > 1 h", "sun"))
    if order.picking_at and order.status == Order.Status.PROCESSING:
        flags.append(badge("Picking", "blue"))
    if order.overpaid_since:
        flags.append(badge("Overpaid", "sun"))
    return format_html_join("", "{}", ((flag,) for flag in flags))


@register.filter
def age(order: Order) -> str:
    """How old an order is: "5 min", "3 h", "12 d"."""
    passed = timezone.now() - order.placed_at
    if passed < timedelta(hours=1):
        return f"{max(int(passed.total_seconds() // 60), 0)} min"
    if passed < timedelta(days=2):
        return f"{int(passed.total_seconds() // 3600)} h"
    return f"{passed.days} d"


@register.filter
def local_time(moment: datetime) -> str:
    """`3 Nov, 14:05` in the shop's time zone."""
    return date_format(timezone.localtime(moment), "j M, H:i")


@register.filter
def payment_name(code: str) -> str:
    """What a payment method is called."""
    return label_of(code)


@register.filter
def left_to_refund(payment: Payment) -> Any:
    return payment.amount - payment.refunded_amount


@register.simple_tag
def order_dates(changelist: Any) -> list[tuple[str, str]]:
    """The line of dates above the order list."""
    return date_links(dict(changelist.params), changelist.get_query_string)
