"""Ways to pay without a provider: staff see the money and confirm it."""

from collections.abc import Mapping
from decimal import Decimal

from payments.gateways.base import Ask, BadEvent, Charge, Event, Fetched, Pace, Refunded, Started


class OfflineGateway:
    """Nothing happens online; `fetch` can only say that it waits for staff."""

    is_online = False

    def __init__(self, *, code: str, label: str, help_text: str, pace: Pace) -> None:
        self.code, self.label, self.help_text, self.pace = code, label, help_text, pace

    def is_configured(self) -> bool:
        return True

    def start(self, ask: Ask) -> Started:
        return Started()

    def confirm(self, charge: Charge) -> Fetched:
        return Fetched(status="unknown")

    def fetch(self, charge: Charge) -> Fetched:
        return Fetched(status="unknown")

    def capture(self, charge: Charge, *, key: str) -> Fetched:
        return Fetched(status="unknown")

    def cancel(self, charge: Charge, *, key: str) -> Fetched:
        return Fetched(status="cancelled")

    def refund(self, charge: Charge, *, amount: Decimal, key: str, external_id: str = "") -> Refunded:
        """Staff send the money by hand; the record is what the shop keeps of it."""
        return Refunded(external_id="by-hand")

    def parse_event(self, *, headers: Mapping[str, str], body: bytes) -> Event:
        raise BadEvent("Nobody sends messages about this way to pay.")


bank_transfer = OfflineGateway(
    code="bank_transfer",
    label="Bank transfer",
    help_text="We send you our bank details; your parcel leaves when the money is here.",
    pace="later",
)
cash_on_delivery = OfflineGateway(
    code="cash_on_delivery",
    label="Cash on delivery",
    help_text="You pay the courier at the door.",
    pace="door",
)
GATEWAYS = [bank_transfer, cash_on_delivery]
