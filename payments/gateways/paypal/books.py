"""What an order at PayPal says of a payment.

An order there has the money that was taken (captures), kept ready (authorizations) and sent back
(refunds). Until one of them is there, nobody has paid: agreeing to an order moves no money.
"""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from payments.gateways.base import Charge, Fetched, PaymentState, RefundSeen, RefundState
from payments.gateways.paypal.amounts import amount_of

Thing = dict[str, Any]
_CAPTURES: dict[str, PaymentState] = {
    "COMPLETED": "captured",
    "PARTIALLY_REFUNDED": "captured",
    "REFUNDED": "captured",
    "PENDING": "pending",
    "DECLINED": "failed",
    "FAILED": "failed",
}
_AUTHORIZATIONS: dict[str, PaymentState] = {
    "CREATED": "authorised",
    "PENDING": "pending",
    "DENIED": "failed",
    "VOIDED": "cancelled",
    "EXPIRED": "cancelled",
}
# Of several (a first try that was declined), the one that matters most.
_RANK: tuple[PaymentState, ...] = ("captured", "authorised", "pending", "failed", "cancelled")
_REFUNDS: dict[str, RefundState] = {
    "COMPLETED": "done",
    "PENDING": "pending",
    "FAILED": "failed",
    "CANCELLED": "failed",
}
_OURS = "refund:"
_REASONS = {
    "failed": "PayPal declined the payment.",
    "cancelled": "PayPal has given the amount free again.",
}


def read(order: Thing, charge: Charge) -> Fetched:
    """How the payment of `order` stands."""
    found = _money_of(order)
    if found is None:
        # Without money nothing is decided: the shopper may still agree.
        is_void = order.get("status") == "VOIDED"
        return Fetched(status="cancelled" if is_void else "pending", external_id=str(order.get("id", "")))
    status, money = found
    amount, currency = amount_of(money.get("amount"))
    return Fetched(
        status=status,
        amount=amount,
        currency=currency,
        order_number=_order_number(_unit(order) | money, charge),
        external_id=str(order.get("id", "")),
        charge_id=str(money.get("id", "")),
        reason=_REASONS.get(status, ""),
        authorised_until=_moment(money.get("expiration_time")) if status == "authorised" else None,
        refunds=tuple(_refund_seen(one, charge) for one in _listed(order, "refunds")),
    )


def is_agreed(order: Thing) -> bool:
    """The shopper has agreed, and the money waits for us to take it."""
    return order.get("status") == "APPROVED" and _money_of(order) is None


def has_money(order: Thing) -> bool:
    """Money was taken or kept ready, or is about to be."""
    found = _money_of(order)
    return found is not None and found[0] in ("captured", "authorised", "pending")


def authorization_of(order: Thing) -> str:
    """PayPal's name for an amount that is kept ready; "" when there is none, or it was taken."""
    found = _money_of(order)
    return str(found[1].get("id", "")) if found and found[0] == "authorised" else ""


def refund_state(refund: Thing) -> RefundState:
    """How a refund stands; one that PayPal has no word for yet is under way."""
    return _REFUNDS.get(str(refund.get("status")), "pending")


def invoice_id(charge: Charge) -> str:
    """The order's number as PayPal sees it. It takes each only once, and an order may need a second try."""
    return f"{charge.order_number}-{charge.reference[-8:]}"


def refund_name(key: str) -> str:
    """Our key as PayPal keeps it with a refund: so it cannot be taken for what others write there."""
    return f"{_OURS}{key}"


def _order_number(money: Thing, charge: Charge) -> str:
    """The order that PayPal has the money for; with its reference when that is not ours."""
    invoice, reference = str(money.get("invoice_id") or ""), str(money.get("custom_id") or "")
    number = invoice.rpartition("-")[0] or invoice
    return f"{number} ({reference})" if reference and reference != charge.reference else number


def _refund_seen(refund: Thing, charge: Charge) -> RefundSeen:
    amount, _ = amount_of(refund.get("amount"))
    name = str(refund.get("custom_id") or "")
    return RefundSeen(
        external_id=str(refund.get("id", "")),
        amount=amount if amount is not None else charge.amount,
        status=refund_state(refund),
        key=name.removeprefix(_OURS) if name.startswith(_OURS) else "",
    )


def _money_of(order: Thing) -> tuple[PaymentState, Thing] | None:
    """The capture or authorization that says how the payment stands; None when nobody paid."""
    kinds = (("captures", _CAPTURES), ("authorizations", _AUTHORIZATIONS))
    found = [
        (states.get(one.get("status", "")), one) for kind, states in kinds for one in _listed(order, kind)
    ]
    known = [(state, one) for state, one in found if state is not None]
    return min(known, key=lambda one: _RANK.index(one[0]), default=None)


def _listed(order: Thing, kind: str) -> list[Thing]:
    return (_unit(order).get("payments") or {}).get(kind) or []


def _unit(order: Thing) -> Thing:
    return (order.get("purchase_units") or [{}])[0]


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
