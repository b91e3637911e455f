"""Emails to shoppers: owed in the order's transaction, sent after it, found again when lost."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog.models import StoreSettings
from catalog.services import inventory
from ecommerce.lib.background import after_commit
from ecommerce.lib.emails import NotSent, send_email
from orders.models import Notification, Order, OrderLine, Shipment, ShipmentLine
from orders.services.refund_emails import refund_context
from orders.services.return_emails import return_context

log = logging.getLogger(__name__)

# A claim this old belonged to a process that died before it could send.
_CLAIM = timedelta(minutes=5)
# A mail server may be down over a weekend; after that the words are out of date.
_GIVE_UP = timedelta(days=3)


def owe(*, order: Order, kind: str, key: str = "") -> Notification:
    """Note that an email is owed and have it sent after commit; the same one is owed once."""
    from orders.tasks import send_notification as task

    row, created = Notification.objects.get_or_create(
        order=order, kind=kind, key=key, defaults={"to": order.email}
    )
    if created:
        after_commit(task, row.pk)
    return row


def send_notification(pk: int, *, now: datetime | None = None) -> bool:
    """Send one owed email; returns whether this call sent it.

    The claim is a guarded update, so of several workers one sends. When the mail server
    refuses, the row keeps the reason and the sweep tries again.
    """
    now = now or timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - _CLAIM)
    mine = Notification.objects.filter(free, pk=pk, sent_at=None)
    if not mine.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    row = Notification.objects.select_related("order").get(pk=pk)
    if _is_out_of_date(row):
        Notification.objects.filter(pk=pk).update(sent_at=now, last_error="Not needed any more.")
        return False
    try:
        send_email(template=row.kind, to=row.to, context=_context(row))
    except Exception as error:
        log.exception("email %s for order %s was not sent", row.kind, row.order.number)
        Notification.objects.filter(pk=pk).update(claimed_at=None, last_error=str(error)[:300])
        return False
    Notification.objects.filter(pk=pk).update(sent_at=timezone.now(), last_error="")
    return True


def raise_refused(pk: int) -> None:
    """Raise NotSent with the reason when the mail server refused this email and nobody is at it now."""
    owed = Notification.objects.filter(pk=pk, sent_at=None, claimed_at=None)
    if reason := owed.values_list("last_error", flat=True).first():
        raise NotSent(reason)


def _is_out_of_date(row: Notification) -> bool:
    """Whether something happened while the email waited that makes it wrong."""
    match row.kind:
        case Notification.Kind.PAYMENT_REQUEST:  # paid or cancelled: there is nothing to ask for
            return not row.order.amount_due
        case Notification.Kind.ORDER_CANCELLED:  # on after all
            return row.order.status != Order.Status.CANCELLED
    return False


def overdue(now: datetime) -> Q:
    """Emails that should have gone out and did not: staff look after them."""
    return Q(sent_at=None, created_at__lt=now - Notification.ON_TIME)


def owed_emails(*, now: datetime) -> QuerySet[Notification]:
    """Emails that are not sent and not too old to be."""
    return Notification.objects.filter(sent_at=None, created_at__gt=now - _GIVE_UP)


def send_owed(*, now: datetime, limit: int = 500) -> int:
    """Send what is still owed and not being sent by somebody; returns how many went out."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - _CLAIM)
    owed = owed_emails(now=now).filter(free)
    # The least tried first: an address that always fails keeps nobody waiting.
    owed = owed.order_by("attempts", "pk")
    return sum(send_notification(pk, now=now) for pk in list(owed.values_list("pk", flat=True)[:limit]))


def _part_of(shipment: Shipment, lines: list[OrderLine]) -> list[ShipmentLine]:
    """What is in a parcel that does not hold the whole order; nothing for one that does."""
    inside = list(shipment.lines.select_related("line").order_by("pk"))
    is_whole = sum(part.quantity for part in inside) == sum(line.quantity for line in lines)
    return [] if is_whole else inside


def _context(row: Notification) -> dict[str, Any]:
    shop, shipment = StoreSettings.current(), None
    cancelled = row.order.events.filter(kind="cancelled").last()
    late = row.order.events.filter(kind="goods_gone").last()
    changed = row.order.events.filter(kind__in=["edited", "address_changed"]).last()
    with_goods = (Notification.Kind.ORDER_SHIPPED, Notification.Kind.ORDER_READY)
    if row.kind in with_goods and row.key:
        shipment = Shipment.objects.filter(pk=row.key, order=row.order).first()
    lines = list(row.order.lines.select_related("product"))
    return {
        "order": row.order,
        "lines": lines,
        "shipment": shipment,
        "parcel": _part_of(shipment, lines) if shipment else [],
        "edit_reason": changed.data.get("reason", "") if changed else "",
        "is_balance": row.kind == Notification.Kind.ORDER_PAID and bool(row.key),
        "shop_name": shop.name,
        "contact_phone": shop.contact_phone,
        "bank": shop,
        "reason": cancelled.data.get("reason", "") if cancelled else "",
        "gone": late.data.get("words", "") if late else "",
        "late_amount": Decimal(late.data["amount"]) if late else None,
        "waits": bool(inventory.waiting_for(row.order.stock_reference)),
        "choice_url": settings.SITE_URL + reverse("payments:late", args=[row.order.token]),
        "track_url": settings.SITE_URL + row.order.get_absolute_url(),
        "pay_url": settings.SITE_URL + reverse("payments:start", args=[row.order.token]),
        **refund_context(row),
        **return_context(row),
    }
