"""Payments and refunds of the demo's orders, on both sides: the shop's and the demo bank's."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from demo.loader.bulk import Writer
from demo.loader.plan import Plan, letters
from demo.loader.stories import CARD, Story
from ecommerce.lib.money import round_money
from orders.pricing import Quote
from payments.models import DemoRefund, DemoTransaction, Payment, Refund

if TYPE_CHECKING:
    from demo.loader.orders import Purchase

TILL_MODELS = (Payment, Refund, DemoTransaction, DemoRefund)
DECLINED = "The bank declined the payment."
_CALLED_OFF = "The order was cancelled."
# What a shopper gets back who keeps a scratched thing.
_GOODWILL = Decimal("0.2")


def money_back(story: Story, quote: Quote) -> Decimal | None:
    """What of a paid order is sent back in its story, None when nothing is."""
    if story.refunded_at is None:
        return None
    if not story.is_partly_refunded:
        return quote.total
    dearest = max(line.total for line in quote.lines)
    return round_money(dearest * _GOODWILL, quote.currency)


class Till:
    """Writes what was paid, what did not work, and what went back."""

    def __init__(self, writer: Writer, plan: Plan) -> None:
        self._writer = writer
        self._dice = plan.dice("payments")

    def settle(self, purchase: "Purchase") -> Decimal | None:
        """Write the order's payments; return the money that went back, if any did."""
        draft, story = purchase.draft, purchase.draft.story
        if story.failed_at:
            self._add_payment(
                purchase, Payment.Status.FAILED, at=draft.placed_at, ended=story.failed_at, reason=DECLINED
            )
        opened = story.failed_at or draft.placed_at
        if story.paid_at:
            amount = money_back(story, purchase.quote)
            self._add_payment(
                purchase, Payment.Status.CAPTURED, at=opened, ended=story.paid_at, refunded=amount
            )
            return amount
        if story.cancelled_at:
            self._add_payment(
                purchase, Payment.Status.CANCELLED, at=opened, ended=story.cancelled_at, reason=_CALLED_OFF
            )
        else:
            self._add_payment(purchase, Payment.Status.PENDING, at=opened, ended=None)
        return None

    def _add_payment(
        self,
        purchase: "Purchase",
        status: Payment.Status,
        *,
        at: datetime,
        ended: datetime | None,
        reason: str = "",
        refunded: Decimal | None = None,
    ) -> None:
        draft, priced = purchase.draft, purchase.quote
        reference = f"pay_{letters(self._dice, 32, '0123456789abcdef')}"
        bank = self._open_at_bank(purchase, status, reference=reference, at=at, ended=ended)
        captured = status == Payment.Status.CAPTURED
        payment = self._writer.add(
            Payment,
            status=status,
            order_id=purchase.order,
            live_for=purchase.order if status in Payment.LIVE else None,
            gateway=draft.story.payment_method,
            reference=reference,
            external_id=f"demo-{bank}" if bank else "",
            amount=priced.total,
            refunded_amount=refunded or Decimal(0),
            currency=priced.currency,
            failure_reason=reason,
            captured_at=ended if captured else None,
            closed_at_gateway=None if status in Payment.LIVE else ended,
            created_at=at,
            modified_at=ended or at,
            created_by_id=draft.person.user_id,
        )
        if refunded:
            self._send_back(purchase, payment, bank, amount=refunded, reference=reference)

    def _open_at_bank(
        self,
        purchase: "Purchase",
        status: Payment.Status,
        *,
        reference: str,
        at: datetime,
        ended: datetime | None,
    ) -> int | None:
        """The demo bank's own row: without it staff could not send a demo payment back."""
        if purchase.draft.story.payment_method != CARD:
            return None
        decisions = DemoTransaction.Decision
        known = {
            Payment.Status.CAPTURED: decisions.APPROVED,
            Payment.Status.FAILED: decisions.DECLINED,
            Payment.Status.CANCELLED: decisions.CANCELLED,
        }
        return self._writer.add(
            DemoTransaction,
            reference=reference,
            amount=purchase.quote.total,
            currency=purchase.quote.currency,
            decision=known.get(status, decisions.WAITING),
            created_at=at,
            decided_at=ended if status in known else None,
        )

    def _send_back(
        self, purchase: "Purchase", payment: int, bank: int | None, *, amount: Decimal, reference: str
    ) -> None:
        story = purchase.draft.story
        reason = "Order cancelled before it left."
        if not story.cancelled_at:
            reason = "Arrived scratched, kept." if story.is_partly_refunded else "Sent back within 30 days."
        key = f"return-{reference}"
        external = "by-hand"
        if bank:
            back = self._writer.add(
                DemoRefund, key=key, transaction_id=bank, amount=amount, created_at=story.refunded_at
            )
            external = f"demo-refund-{back}"
        self._writer.add(
            Refund,
            payment_id=payment,
            amount=amount,
            credit=amount,
            reason=reason,
            status=Refund.Status.DONE,
            key=key,
            external_id=external,
            created_at=story.refunded_at,
            done_at=story.refunded_at,
        )
