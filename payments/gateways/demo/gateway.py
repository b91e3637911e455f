"""A bank for trying the shop out. It exists in demo mode only; no money moves."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from payments.gateways.base import Ask, Fetched, GatewayError, Refunded, Started
from payments.models import DemoRefund, DemoTransaction

_STATES = {
    DemoTransaction.Decision.WAITING: "pending",
    DemoTransaction.Decision.APPROVED: "captured",
    DemoTransaction.Decision.DECLINED: "failed",
}


class DemoGateway:
    code = "demo"
    label = "Card (demo)"
    help_text = "Takes you to a pretend bank, where you choose how the payment ends."
    is_online = True

    def start(self, ask: Ask) -> Started:
        row, _ = DemoTransaction.objects.get_or_create(
            reference=ask.reference, defaults={"amount": ask.amount, "currency": ask.currency}
        )
        return Started(
            redirect_url=reverse("payments:demo_bank", args=[row.reference]),
            external_id=f"demo-{row.pk}",
        )

    def fetch(self, reference: str) -> Fetched:
        row = DemoTransaction.objects.filter(reference=reference).first()
        if row is None:
            return Fetched(status="unknown")
        return Fetched(
            status=_STATES[DemoTransaction.Decision(row.decision)],
            amount=row.amount,
            currency=row.currency,
            external_id=f"demo-{row.pk}",
            reason="The bank declined the payment." if row.decision == "declined" else "",
        )

    def refund(self, *, reference: str, amount: Decimal, key: str) -> Refunded:
        row = DemoTransaction.objects.filter(reference=reference).first()
        if row is None or row.decision != DemoTransaction.Decision.APPROVED:
            raise GatewayError("The demo bank knows no such payment.")
        back, _ = DemoRefund.objects.get_or_create(key=key, defaults={"transaction": row, "amount": amount})
        return Refunded(external_id=f"demo-refund-{back.pk}")


def decide(*, reference: str, approve: bool) -> DemoTransaction:
    """The shopper presses a button at the bank. The first decision stands."""
    choice = DemoTransaction.Decision.APPROVED if approve else DemoTransaction.Decision.DECLINED
    waiting = DemoTransaction.objects.filter(reference=reference, decision=DemoTransaction.Decision.WAITING)
    waiting.update(decision=choice, decided_at=timezone.now())
    return DemoTransaction.objects.get(reference=reference)
