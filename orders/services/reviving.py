"""Money for an order whose time to pay was over: it lives again, or the shopper is asked.

Called with the order's row locked, in the transaction that books the money. Only an order that was
cancelled because its money was late can live again, and only when all its goods and the uses of its
discounts can be had in that transaction: nothing is ever sold twice.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from catalog.models import Variant
from catalog.services import inventory
from ecommerce.lib.errors import DomainError
from orders.models import Notification, Order
from orders.services import balances
from orders.services.discount_uses import claim_again
from orders.services.events import record
from orders.services.notifications import owe

REVIVED = "revived"
# Then the money goes back by itself: over a weekend, and no longer.
CHOICE = timedelta(days=3)


class _MustWait(Exception):
    """All of it can be had, and some of it has yet to come."""


def revive_or_ask(order: Order) -> bool:
    """Let a cancelled order live again when it was only paid too late; returns whether it does.

    Otherwise staff see why its money has to go back. A shopper who was merely late is told by email,
    and asked when the goods can be waited for: the order's `choice_until` says how long.
    """
    if not _was_only_late(order):
        record(
            order=order,
            kind="paid_after_cancel",
            message="The payment arrived after the order was cancelled; it has to go back.",
            is_public=False,
        )
        return False
    try:
        with transaction.atomic():
            _take_goods(order, may_wait=False)
    except _MustWait:
        _ask(order, "Not all of it is in stock any more.", can_wait=True)
        return False
    except DomainError as error:
        _ask(order, _words_for(error), can_wait=False)
        return False
    bring_back(order, message="The payment arrived late; your order is on after all")
    return True


def take_with_backorder(order: Order) -> None:
    """Take the goods of a locked order, those that have yet to come too, and count their days into
    its promise. Raises OutOfStock and what `claim_again` raises; nothing is written then."""
    with transaction.atomic():
        _take_goods(order, may_wait=True)
        late = Variant.all_objects.filter(pk__in=inventory.waiting_for(order.stock_reference))
        days = max(late.values_list("backorder_days", flat=True), default=0)
        if order.promise_terms and days > order.promise_terms.get("extra_days", 0):
            terms = order.promise_terms | {"extra_days": days}
            Order.objects.filter(pk=order.pk).update(promise_terms=terms)


def bring_back(order: Order, *, message: str) -> None:
    """A locked cancelled order whose goods are held again goes on, and its shopper is told.

    No transition leads here but this one; the old state is part of the UPDATE.
    """
    rows = Order.objects.filter(pk=order.pk, status=Order.Status.CANCELLED)
    if not rows.update(
        status=Order.Status.PENDING, cancelled_at=None, choice_until=None, modified_at=timezone.now()
    ):
        raise DomainError("Somebody else has just changed this order. Please look again.", code="conflict")
    order.refresh_from_db()
    balances.weigh(order)
    record(order=order, kind=REVIVED, message=message)
    owe(order=order, kind=Notification.Kind.ORDER_REVIVED)


def _was_only_late(order: Order) -> bool:
    """Cancelled by its time to pay alone, and all of its money is here now."""
    ended = order.events.filter(kind="cancelled").last()
    return bool(ended and ended.data.get("expired") and order.balance <= 0 and not order.choice_until)


def _take_goods(order: Order, *, may_wait: bool) -> None:
    """Hold the goods of the order and count its discounts again, all or nothing."""
    quantities: dict[int, int] = {}
    for line in order.lines.all():
        quantities[line.variant_id] = quantities.get(line.variant_id, 0) + line.quantity
    inventory.reserve(quantities=quantities, reference=order.stock_reference)
    if not may_wait and inventory.waiting_for(order.stock_reference):
        raise _MustWait
    claim_again(order=order)


def _words_for(error: DomainError) -> str:
    if error.code.startswith("coupon_"):
        return "The discount it was bought with is used up meanwhile."
    words = error.message.removeprefix("Sorry, ")
    return words[:1].upper() + words[1:]


def _ask(order: Order, words: str, *, can_wait: bool) -> None:
    """Staff see what is wrong; the shopper gets an apology, and a choice when there is one."""
    until = timezone.now() + CHOICE if can_wait else None
    Order.objects.filter(pk=order.pk).update(choice_until=until)
    order.refresh_from_db()
    goes_back = "The shopper was asked whether to wait." if can_wait else "The money has to go back."
    record(
        order=order,
        kind="goods_gone",
        message=f"Paid too late: {words} {goes_back}"[:300],
        is_public=False,
        data={"words": words, "can_wait": can_wait, "amount": str(order.amount_paid)},
    )
    owe(order=order, kind=Notification.Kind.PAID_TOO_LATE)
