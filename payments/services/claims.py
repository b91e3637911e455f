"""How much of a payment is spoken for by refunds.

Sums are made in Decimal, never by the database: SQLite adds in binary, and there 5.30 + 18.60 is more
than 23.90, so that the last part of a payment would never go back.
"""

from decimal import Decimal

from django.utils import timezone

from payments.models import Payment


def claim(*, payment_id: int, amount: Decimal) -> bool:
    """Take `amount` of what is left of a captured payment for a refund; False when less is left.

    Called with the order's row locked. The old sum is part of the UPDATE, so that a rival is noticed
    also where rows cannot be locked.
    """
    row = Payment.objects.select_for_update().get(pk=payment_id)
    return row.left >= amount and _write(row, row.refunded_amount + amount)


def unclaim(*, payment_id: int, amount: Decimal) -> bool:
    """Give a claimed `amount` back to its payment; False when so much was not claimed."""
    row = Payment.objects.select_for_update().get(pk=payment_id)
    return row.refunded_amount >= amount and _write(row, row.refunded_amount - amount)


def _write(row: Payment, claimed: Decimal) -> bool:
    unchanged = Payment.objects.filter(pk=row.pk, refunded_amount=row.refunded_amount)
    return bool(unchanged.update(refunded_amount=claimed, modified_at=timezone.now()))
