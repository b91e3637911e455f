"""The permissions that the staff pages of orders ask for. `docs/staff-roles.md` says who has them."""

from typing import Any

SEE = "orders.view_order"
CHANGE = "orders.change_order"
PACK = "orders.pack_order"
AMOUNTS = "orders.see_order_amounts"
SALES = "orders.see_sales"
CHANGE_RETURN = "orders.change_return"
RECEIVE = "orders.receive_return"
TAKE_MONEY = "payments.change_payment"
SEND_MONEY = "payments.add_refund"

# What the history of an order says without a word about money.
FREE_OF_MONEY = frozenset(
    {
        "placed", "processing", "picking", "picking_stopped", "ready", "shipped", "delivered",
        "label_printed", "address_changed", "edited", "cancelled", "waits", "note", "return_requested",
        "return_approved", "return_rejected", "return_received", "return_closed",
    }
)  # fmt: skip


def may_see_payments(user: Any) -> bool:
    return any(user.has_perm(f"payments.{verb}_payment") for verb in ("view", "change"))


def may_note(user: Any) -> bool:
    """Whoever works with orders may leave a word for the others."""
    return user.has_perm(CHANGE) or user.has_perm(PACK)
