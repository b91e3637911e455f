"""What staff are told of payments, and what they have dealt with."""

from typing import Any

from django.utils import timezone

from orders.models import InvoiceCounter, Order
from orders.services.events import record
from payments.models import Alert, Payment


def flag(*, payment: Payment, message: str, is_open: bool = True) -> None:
    """Tell staff, once, that a payment needs a look. `is_open`: until they say it was dealt with."""
    message = message[:300]
    if payment.order.events.filter(kind="payment_flagged", message=message).exists():
        return
    record(
        order=payment.order,
        kind="payment_flagged",
        message=message,
        is_public=False,
        data={"payment": payment.pk},
    )
    if is_open:
        Alert.objects.create(kind=Alert.Kind.FLAG, order=payment.order, payment=payment, message=message)


def close_alert(
    *,
    kind: str,
    message: str,
    note: str,
    actor: Any,
    subject: str = "",
    order: Order | None = None,
    payment: Payment | None = None,
) -> None:
    """Keep that staff have dealt with something the list has found, and what they say of it."""
    now = timezone.now()
    Alert.objects.create(
        kind=kind,
        order=order,
        payment=payment,
        subject=subject[:300],
        message=message[:300],
        raised_at=now,
        resolved_at=now,
        resolved_by=actor,
        note=note[:200],
    )


def is_dealt_with(*, payment: Payment, subject: str) -> bool:
    """Whether staff have dealt with just this difference of a held payment."""
    return Alert.objects.filter(
        payment=payment, kind=Alert.Kind.HELD, subject=subject[:300], resolved_at__isnull=False
    ).exists()


def gap_subject(counter: InvoiceCounter, numbers: str) -> str:
    """What names a gap: the series and the numbers that are missing."""
    return f"{counter.series}: {numbers}"[:300]
