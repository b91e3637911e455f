"""Gift cards and store credit as the gateway behind their payments: money goes back onto the card.

It is never offered as a way to pay: cards are put in beside one, and taken when the order is placed.
"""

from collections.abc import Mapping
from decimal import Decimal

from ecommerce.lib.errors import Busy
from payments.gateways.base import (
    Ask,
    BadEvent,
    Charge,
    Event,
    Fetched,
    GatewayError,
    GatewayRefused,
    Pace,
    Refunded,
    RefundSeen,
    Started,
)
from payments.models import GiftCardEntry, Payment
from payments.services.gift_card_ledger import put_on

GIFT_CARD = "gift_card"


class GiftCardGateway:
    code = GIFT_CARD
    label = "Gift card"
    help_text = "You enter its code before you pay."
    pace: Pace = "online"
    # The ledger can always be asked how a payment stands.
    is_online = True

    def is_configured(self) -> bool:
        """It is no choice among the ways to pay, whatever the settings list."""
        return False

    def start(self, ask: Ask) -> Started:
        raise GatewayRefused("A gift card is put in before the order is placed. Choose another way to pay.")

    def confirm(self, charge: Charge) -> Fetched:
        return self.fetch(charge)

    def fetch(self, charge: Charge) -> Fetched:
        taken = _taken(charge)
        if taken is None:
            return Fetched(status="unknown")
        back = GiftCardEntry.objects.filter(payment=taken.payment, amount__gt=0).order_by("pk")
        return Fetched(
            status="captured",
            amount=-taken.amount,
            currency=taken.card.currency,
            external_id=charge.external_id,
            refunds=tuple(
                RefundSeen(external_id=_name(entry), amount=entry.amount, key=entry.refund.key)
                for entry in back.select_related("refund")
                if entry.refund is not None
            ),
        )

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        """What is taken from a card is captured at once."""
        return self.fetch(charge)

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        found = self.fetch(charge)
        return Fetched(status="cancelled") if found.status == "unknown" else found

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        """Put it back onto the card it came from, also when that has expired or is blocked."""
        taken = _taken(charge)
        if taken is None:
            raise GatewayRefused("Nothing was taken from a gift card for this payment.")
        payment = Payment.objects.get(pk=taken.payment_id)
        refund = next((row for row in payment.refunds.all() if row.gateway_key == key), None)
        try:
            entry = put_on(
                card=taken.card,
                amount=amount,
                key=f"back-{key}",
                reason=f"Back from order {charge.order_number}",
                payment=payment,
                refund=refund,
            )
        except Busy as error:
            raise GatewayError(error.message) from error
        return Refunded(external_id=_name(entry))

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        raise BadEvent("Nobody sends messages about gift cards.")


def _taken(charge: Charge) -> GiftCardEntry | None:
    """What was taken for a payment, and from which card."""
    rows = GiftCardEntry.objects.filter(payment__reference=charge.reference, amount__lt=0)
    return rows.select_related("card", "payment").first()


def _name(entry: GiftCardEntry) -> str:
    return f"gift-card-entry-{entry.pk}"


GATEWAYS = [GiftCardGateway()]
