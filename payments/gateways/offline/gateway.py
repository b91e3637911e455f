"""Ways to pay without a provider: staff see the money and confirm it."""

from decimal import Decimal

from payments.gateways.base import Ask, Fetched, Refunded, Started


class OfflineGateway:
    """Nothing happens online; `fetch` can only say that it waits for staff."""

    is_online = False

    def __init__(self, *, code: str, label: str, help_text: str) -> None:
        self.code, self.label, self.help_text = code, label, help_text

    def start(self, ask: Ask) -> Started:
        return Started()

    def fetch(self, reference: str) -> Fetched:
        return Fetched(status="unknown")

    def refund(self, *, reference: str, amount: Decimal, key: str) -> Refunded:
        """Staff send the money by hand; the record is what the shop keeps of it."""
        return Refunded(external_id="by-hand")


bank_transfer = OfflineGateway(
    code="bank_transfer",
    label="Bank transfer",
    help_text="We send you our bank details; your parcel leaves when the money is here.",
)
cash_on_delivery = OfflineGateway(
    code="cash_on_delivery", label="Cash on delivery", help_text="You pay the courier at the door."
)
