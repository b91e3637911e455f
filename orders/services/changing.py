"""Where an order goes, changed after it was placed."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order
from orders.pricing import Quote
from orders.services.editing import require_editable, write_quote
from orders.services.events import record
from orders.services.invoices import reissue_invoice
from orders.services.notifications import owe
from orders.services.orders import go_on, locked
from orders.services.picking import require_changeable
from orders.services.requoting import edit_note, promised_for, requote, wanted_lines


def quote_elsewhere(*, order: Order, address: PostalAddress) -> Quote:
    """What the order would cost delivered to `address`. Raises `delivery_unavailable`."""
    return requote(order=order, lines=wanted_lines(_lines(order)), address=address)


@retrying_atomic
def change_address(*, order: Order, address: PostalAddress, actor: Any = None) -> Order:
    """Send the order to `address` at the shopper's wish. The same address again changes nothing.

    Only until somebody starts to pick it, and only where the order costs the same to the cent:
    otherwise DomainError (`address_changes_total`, with the `total` it would have there).
    """
    order = locked(order)
    require_changeable(order)
    if address == order.delivery_address:
        return order
    new = quote_elsewhere(order=order, address=address)
    if new.total != order.total:
        there, now = format_money(new.total, order.currency), format_money(order.total, order.currency)
        raise DomainError(
            f"Delivered there the order would cost {there}, and not {now}. We have not changed anything. "
            "Write to us and we change it for you, or cancel the order and place it again.",
            code="address_changes_total",
            data={"total": new.total},
        )
    order = _move(order, address, new, actor, reason="another address")
    owe(order=order, kind=Notification.Kind.ORDER_CHANGED, key=str(order.revision))
    return order


@retrying_atomic
def redirect_order(
    *, order: Order, address: PostalAddress, confirmed_total: Decimal | None = None, actor: Any = None
) -> Order:
    """The same by staff, until all has left, and also where the order then costs more or less.

    `confirmed_total` is the total that staff saw: another one now is refused (`total_changed`),
    and so is a new total that nobody has seen. `payments` asks for the difference or sends it back.
    """
    order = locked(order)
    require_editable(order)
    if address == order.delivery_address:
        return order
    new = quote_elsewhere(order=order, address=address)
    seen = order.total if confirmed_total is None else confirmed_total
    if new.total != seen:
        raise DomainError(
            f"Delivered there the order costs {format_money(new.total, order.currency)} instead of "
            f"{format_money(order.total, order.currency)}. Confirm to change it.",
            code="total_changed",
            data={"total": new.total},
        )
    return _move(order, address, new, actor, reason="another address")


def _move(order: Order, address: PostalAddress, new: Quote, actor: Any, *, reason: str) -> Order:
    before, old_total = order.shipping_address, order.total
    first, last = promised_for(order, address)
    changes: dict[str, Any] = {
        "shipping_address": address.to_dict(),
        "promised_from": first,
        "promised_until": last,
    }
    if order.billing_address == before:
        changes["billing_address"] = address.to_dict()  # nobody asked for another one
    if new.total == old_total:
        rows = Order.objects.filter(pk=order.pk, revision=order.revision)
        rows.update(revision=order.revision + 1, modified_at=timezone.now(), **changes)
        order.refresh_from_db()
    else:
        new = requote(
            order=order,
            lines=wanted_lines(_lines(order)),
            address=address,
            why=edit_note(reason, actor.get_full_name() if actor else order.name),
        )
        write_quote(order, new, **changes)
    record(
        order=order,
        kind="address_changed",
        message="The delivery address was changed",
        actor=actor,
        actor_label="" if actor else order.name,
        data={"from": before, "to": address.to_dict(), "total": [str(old_total), str(order.total)]},
    )
    reissue_invoice(order=order)
    go_on(order)
    return order


def _lines(order: Order) -> Any:
    return order.lines.select_related("variant__product")
