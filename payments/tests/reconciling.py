"""Money that has gone wrong, made with the demo bank, which can be told so."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from orders.models import Order
from orders.tests.factories import OrderFactory
from payments.gateways.base import Fetched
from payments.gateways.demo.gateway import decide
from payments.models import DemoTransaction, Payment, Refund
from payments.services.payments import authorise_payment, settle, start_payment
from payments.services.reconciliation import Finding, find_all
from payments.services.refunds import refund_order


def kinds(hours: float = 0) -> list[str]:
    """What the list shows some hours from now."""
    return [finding.kind for finding in found(hours)]


def found(hours: float = 0) -> list[Finding]:
    return find_all(now=timezone.now() + timedelta(hours=hours))


def at_the_bank(**wanted: Any) -> tuple[Order, Payment]:
    """An order whose shopper is at the demo bank."""
    order = OrderFactory(payment_method="demo", **wanted)
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    payment.refresh_from_db()
    return order, payment


def paid_at_the_bank(**wanted: Any) -> tuple[Order, Payment]:
    order, payment = at_the_bank(**wanted)
    decide(reference=payment.reference, approve=True)
    payment = settle(payment=payment)
    order.refresh_from_db()
    return order, payment


def authorised() -> tuple[Order, Payment]:
    """An order whose money is promised for a day."""
    order, payment = at_the_bank()
    until = timezone.now() + timedelta(days=1)
    return order, authorise_payment(
        payment=payment, fetched=Fetched(status="authorised", authorised_until=until)
    )


def held(amount: str = "9.00") -> tuple[Order, Payment]:
    """A payment for which another amount came than was asked for."""
    order, payment = at_the_bank()
    DemoTransaction.objects.filter(reference=payment.reference).update(amount=Decimal(amount))
    decide(reference=payment.reference, approve=True)
    return order, settle(payment=payment)


def bank_says(payment: Payment, decision: str) -> None:
    """The demo bank's books are changed: a bank that is not "approved" refuses refunds."""
    DemoTransaction.objects.filter(reference=payment.reference).update(decision=decision)


def failed_refund(amount: str = "5.00") -> Refund:
    """A refund that the bank refused; it would not refuse it again."""
    order, payment = paid_at_the_bank()
    bank_says(payment, "declined")
    [refund] = refund_order(order=order, amount=Decimal(amount), reason="scratched", key="scratch")
    bank_says(payment, "approved")
    return refund
