"""What an order's page tells: its events in order of time, and the emails that went out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from customers.models import User
from demo.loader.bulk import Writer
from demo.loader.drafts import Draft
from demo.loader.returns import Telling
from demo.loader.stories import CARD
from demo.loader.till import DECLINED
from demo.texts import load_texts
from ecommerce.lib.money import format_money
from orders.models import Notification, OrderEvent, Shipment

if TYPE_CHECKING:
    from demo.loader.orders import Purchase

DIARY_MODELS = (OrderEvent, Notification)
EXPIRED = "the payment did not arrive in time"
_KINDS = Notification.Kind


class _Who(NamedTuple):
    user: int | None
    label: str


_SHOP = _Who(None, "Shop")


@dataclass
class _Entry:
    at: datetime
    kind: str
    message: str
    who: _Who = _SHOP
    mail: str = ""
    mail_key: str = ""
    data: dict[str, Any] = field(default_factory=dict)


class Diary:
    """Writes the same events and emails as the services do when these things happen."""

    def __init__(self, writer: Writer, *, owner: int) -> None:
        self._writer = writer
        self._staff = _Who(owner, User.objects.get(pk=owner).get_full_name())
        self._reasons = load_texts().cancellations

    def write(
        self,
        purchase: "Purchase",
        *,
        shipment: Shipment | None,
        refunded: Decimal | None,
        returned: Iterable[Telling] = (),
    ) -> None:
        """Write the diary of one order. `refunded` is the money that went back, if any."""
        draft = purchase.draft
        entries = self._entries(purchase, shipment, refunded)
        entries += [self._returned(draft, telling) for telling in returned]
        for entry in sorted(entries, key=lambda entry: entry.at):
            self._writer.add(
                OrderEvent,
                order_id=purchase.order,
                kind=entry.kind,
                message=entry.message[:300],
                actor_id=entry.who.user,
                actor_label=entry.who.label,
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
        staff, buyer = self._staff, _Who(draft.person.user_id, draft.person.name)
        found = [_Entry(draft.placed_at, "placed", "Order received", buyer, _KINDS.ORDER_RECEIVED)]
        if story.failed_at:
            found.append(_Entry(story.failed_at, "payment_failed", f"Payment not completed: {DECLINED}"))
        if story.paid_at:
            who = _SHOP if story.payment_method == CARD else staff
            found.append(_Entry(story.paid_at, "paid", "Payment received", who, _KINDS.ORDER_PAID))
        if story.processing_at:
            found.append(_Entry(story.processing_at, "processing", "We are preparing your order", staff))
        if shipment is not None:
            found.append(self._shipped(shipment, is_split=story.is_split))
        if story.delivered_at:
            found.append(_Entry(story.delivered_at, "delivered", "Delivered", staff))
        if story.cancelled_at:
            reason = EXPIRED if story.is_expired else self._reasons[draft.index % len(self._reasons)]
            who = _SHOP if story.is_expired else buyer
            entry = _Entry(story.cancelled_at, "cancelled", f"Order cancelled: {reason}", who)
            entry.mail, entry.data = _KINDS.ORDER_CANCELLED, {"reason": reason}
            found.append(entry)
        if story.refunded_at and refunded:
            message = f"Refunded {format_money(refunded, purchase.quote.currency)}"
            found.append(_Entry(story.refunded_at, "refunded", message, staff))
        return found

    def _shipped(self, shipment: Shipment, *, is_split: bool) -> _Entry:
        what = "A parcel with part of your order" if is_split else "Your order"
        return _Entry(
            shipment.shipped_at,
            "shipped",
            f"{what} left with {shipment}",
            self._staff,
            mail=_KINDS.ORDER_SHIPPED,
            mail_key=str(shipment.pk),
            data={"shipment": shipment.pk},
        )

    def _returned(self, draft: Draft, told: Telling) -> _Entry:
        who = self._staff if told.by_staff else _Who(draft.person.user_id, draft.person.name)
        data = {"return": told.number} if told.kind != "withdrawal" else {}
        return _Entry(told.at, told.kind, told.message, who, told.mail, told.mail_key, data)
