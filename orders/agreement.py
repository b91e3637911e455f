"""What a shopper agrees to by pressing "Pay", in words, and what is different afterwards.

The last page of the checkout carries its own words, signed. Placing the order says them again;
when a word differs, nothing is ordered and the shopper is shown was and is side by side.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core import signing
from django.utils.formats import date_format

from ecommerce.lib.money import format_money
from orders.services.cart_view import CartView
from orders.shipping import Promise

_SALT = "orders.agreement"

# What it is about -> (its name, what the page said of it), in the order of the page.
Agreement = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is not as it was; `was` or `now` is empty for what came or went."""

    label: str
    was: str
    now: str

    def __str__(self) -> str:
        if not self.was:
            return f"{self.label}: {self.now} (new)"
        return f"{self.label}: {self.now or 'no longer there'}, it was {self.was}"


def agreement_of(view: CartView, arrives: Promise | None) -> Agreement:
    """Everything the shopper agrees to: goods, discounts, delivery, address, tax and total."""
    quote, cart = view.quote, view.cart

    def money(amount: object) -> str:
        return format_money(amount, quote.currency)  # type: ignore[arg-type]

    said: dict[str, tuple[str, str]] = {}
    if cart is not None:
        said["email"] = ("Email", cart.email)
        said["address"] = ("Delivery address", str(cart.delivery_address or ""))
        if cart.billing_address:
            said["invoice"] = ("Invoice address", str(cart.invoice_address))
        if cart.vat_number:
            words = ", reverse charge" if quote.reverse_charge else ""
            said["vat number"] = ("VAT number", f"{cart.vat_number}{words}")
    for line in quote.lines:
        said[f"line {line.key}"] = (line.name, f"{line.quantity} × {money(line.unit_price)}")
    for discount in quote.discounts:
        said[f"discount {discount.id}"] = (discount.name, f"{money(discount.amount)} off")
    said["delivery"] = ("Delivery", f"{quote.shipping_name or 'none'}, {money(quote.shipping)}")
    if arrives is not None:
        said["arrives"] = ("With you by", date_format(arrives.latest, "l j F Y"))
    for share in quote.taxes:
        said[f"tax {share.rate.normalize():f}"] = (f"VAT {share.rate.normalize():f} %", money(share.tax))
    said["total"] = ("Total", money(quote.total))
    return said


def changes_between(agreed: Agreement, present: Agreement) -> list[Change]:
    """What differs, in the order of the page; what is gone comes before the total."""
    keys = [*[key for key in agreed if key not in present], *present]
    return [
        Change(label=present.get(key, agreed.get(key, ("", "")))[0], was=was, now=now)
        for key in keys
        if (was := agreed.get(key, ("", ""))[1]) != (now := present.get(key, ("", ""))[1])
    ]


def sign_agreement(agreed: Agreement) -> str:
    """The agreement as the value of a hidden field, which only the shop can have written."""
    return signing.dumps(dict(agreed), salt=_SALT, compress=True)


def read_agreement(signed: str) -> Agreement | None:
    """Read back what `sign_agreement` wrote; None for anything else."""
    try:
        said = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    return {key: (label, words) for key, (label, words) in said.items()}
