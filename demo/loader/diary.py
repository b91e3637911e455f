"""What an order's page tells: its events in order of time, and the emails that went out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from customers.models import User
from demo.loader.bulk import Writer
from demo.loader.stories import TRANSFER
from demo.loader.till import DECLINED
from demo.texts import load_texts
from ecommerce.lib.money import format_money
from orders.models import Notification, OrderEvent, Shipment

if TYPE_CHECKING:
    from demo.loader.orders import Purchase

DIARY_MODELS = (OrderEvent, Notification)
EXPIRED = "the payment did not arrive in time"
_KINDS = Notification.Kind


@dataclass
class _Entry:
    at: datetime
    kind: str
    message: str
    actor: int | None = None
    label: str = "Shop"
    mail: str = ""
    mail_key: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Diary:
    """Writes the same events and emails as the services do when these things happen."""

    def __init__(self, writer: Writer, *, owner: int) -> None:
        self._writer = writer
        self._owner = owner
        self._owner_label = User.objects.get(pk=owner).get_full_name()
        self._reasons = load_texts().cancellations

    def write(self, purchase: "Purchase", *, shipment: Shipment | None, refunded: Decimal | None) -> None:
        """Write the diary of one order. `refunded` is the money that went back, if any."""
        draft = purchase.draft
        entries = self._entries(purchase, shipment, refunded)
        for entry in sorted(entries, key=lambda entry: entry.at):
            self._writer.add(
                OrderEvent,
                order_id=purchase.order,
                kind=entry.kind,
                message=entry.message[:300],
                actor_id=entry.actor,
                actor_label=entry.label,
                data=entry.data,
                created_at=entry.at,
            )
            if entry.mail:
                sent = entry.at + timedelta(seconds=3)
                self._writer.add(
                    Notification,
                    order_id=purchase.order,
                    kind=entry.mail,
                    key=entry.mail_key,
                    to=draft.person.email,
                    created_at=entry.at,
                    claimed_at=sent,
                    sent_at=sent,
                    attempts=1,
                )

    def _entries(
        self, purchase: "Purchase", shipment: Shipment | None, refunded: Decimal | None
    ) -> list[_Entry]:
        draft, story = purchase.draft, purchase.draft.story
        staff = {"actor": self._owner, "label": self._owner_label}
        buyer = {"actor": draft.person.user_id, "label": draft.person.name}
        found = [_Entry(draft.placed_at, "placed", "Order received", mail=_KINDS.ORDER_RECEIVED, **buyer)]
        if story.failed_at:
            found.append(_Entry(story.failed_at, "payment_failed", f"Payment not completed: {DECLINED}"))
        if story.paid_at:
            who = {} if story.payment_method not in (TRANSFER,) else staff
            found.append(_Entry(story.paid_at, "paid", "Payment received", mail=_KINDS.ORDER_PAID, **who))
        if story.processing_at:
            found.append(_Entry(story.processing_at, "processing", "We are preparing your order", **staff))
        if shipment is not None:
            what = "A parcel with part of your order" if story.is_split else "Your order"
            entry = _Entry(shipment.shipped_at, "shipped", f"{what} left with {shipment}", **staff)
            entry.mail, entry.mail_key = _KINDS.ORDER_SHIPPED, str(shipment.pk)
            entry.data = {"shipment": shipment.pk}
            found.append(entry)
        if story.delivered_at:
            found.append(_Entry(story.delivered_at, "delivered", "Delivered", **staff))
        if story.cancelled_at:
            reason = EXPIRED if story.is_expired else self._reasons[draft.index % len(self._reasons)]
            who = {} if story.is_expired else buyer
            entry = _Entry(story.cancelled_at, "cancelled", f"Order cancelled: {reason}", **who)
            entry.mail, entry.data = _KINDS.ORDER_CANCELLED, {"reason": reason}
            found.append(entry)
        if story.refunded_at and refunded:
            message = f"Refunded {format_money(refunded, purchase.quote.currency)}"
            found.append(_Entry(story.refunded_at, "refunded", message, **staff))
        return found
