"""A bank for trying the shop out. It works in demo mode only; no money moves."""

import hmac
import json
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from payments.gateways.base import (
    Ask,
    BadEvent,
    Charge,
    Event,
    Fetched,
    GatewayError,
    GatewayRefused,
    Pace,
    PaymentState,
    Refunded,
    RefundSeen,
    Started,
)
from payments.models import DemoRefund, DemoTransaction

SIGNATURE_HEADER = "demo-signature"
_STATES: dict[str, PaymentState] = {
    DemoTransaction.Decision.WAITING: "pending",
    DemoTransaction.Decision.APPROVED: "captured",
    DemoTransaction.Decision.DECLINED: "failed",
    DemoTransaction.Decision.CANCELLED: "cancelled",
}


class DemoGateway:
    code = "demo"
    label = "Card (demo)"
    help_text = "Takes you to a pretend bank, where you choose how the payment ends."
    pace: Pace = "online"
    is_online = True

    def is_configured(self) -> bool:
        return bool(settings.DEMO_MODE)

    def start(self, ask: Ask) -> Started:
        if not settings.DEMO_MODE:
            raise GatewayRefused("The demo bank is closed. Please choose another way to pay.")
        row, _ = DemoTransaction.objects.get_or_create(
            reference=ask.reference, defaults={"amount": ask.amount, "currency": ask.currency}
        )
        return Started(
            redirect_url=reverse("payments:demo_bank", args=[row.reference]),
            external_id=f"demo-{row.pk}",
        )

    def confirm(self, charge: Charge) -> Fetched:
        return self.fetch(charge)

    def fetch(self, charge: Charge) -> Fetched:
        row = DemoTransaction.objects.filter(reference=charge.reference).first()
        if row is None:
            return Fetched(status="unknown")
        return Fetched(
            status=_STATES[row.decision],
            amount=row.amount,
            currency=row.currency,
            external_id=f"demo-{row.pk}",
            reason="The bank declined the payment." if row.decision == "declined" else "",
            refunds=tuple(
                RefundSeen(external_id=f"demo-refund-{back.pk}", amount=back.amount, key=back.key)
                for back in row.refunds.all()
            ),
        )

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        """What is approved is captured at once here."""
        return self.fetch(charge)

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        waiting = DemoTransaction.objects.filter(
            reference=charge.reference, decision=DemoTransaction.Decision.WAITING
        )
        waiting.update(decision=DemoTransaction.Decision.CANCELLED, decided_at=timezone.now())
        found = self.fetch(charge)
        return Fetched(status="cancelled") if found.status == "unknown" else found

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        row = DemoTransaction.objects.filter(reference=charge.reference).first()
        if row is None:
            raise GatewayError("The demo bank does not find this payment now.")
        if row.decision != DemoTransaction.Decision.APPROVED:
            raise GatewayRefused("This payment was never approved.")
        back, _ = DemoRefund.objects.get_or_create(key=key, defaults={"transaction": row, "amount": amount})
        return Refunded(external_id=f"demo-refund-{back.pk}")

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE_HEADER, "")
        if not settings.DEMO_MODE or not hmac.compare_digest(given, sign(body)):
            raise BadEvent("The signature of this message is not right.")
        words = json.loads(body)
        return Event(event_id=words["id"], kind=words["kind"], reference=words["reference"], payload=words)


GATEWAYS = [DemoGateway()]


def sign(body: bytes) -> str:
    """What the demo bank puts beside its messages, so that nobody else's are believed."""
    return salted_hmac("payments.demo-bank", body, algorithm="sha256").hexdigest()


def decide(*, reference: str, approve: bool) -> DemoTransaction:
    """The shopper presses a button at the bank. The first decision stands."""
    choice = DemoTransaction.Decision.APPROVED if approve else DemoTransaction.Decision.DECLINED
    waiting = DemoTransaction.objects.filter(reference=reference, decision=DemoTransaction.Decision.WAITING)
    waiting.update(decision=choice, decided_at=timezone.now())
    return DemoTransaction.objects.get(reference=reference)
