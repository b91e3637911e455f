"""A coupon's terms in the words of older coupon systems, there and back.

`multiplier` 0.8 is 20 per cent off, `upto` its cap, `flatoff` an amount. 0 means "none of it", and
so does a multiplier of 1. Everything off is a multiplier of 0 with the kind "percent" beside it:
a coupon that left its multiplier at 0 must not give things away.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecommerce.lib.errors import BadInput
from ecommerce.lib.money import ZERO
from orders.models import Discount

TERMS = ("kind", "multiplier", "upto", "flatoff")
_NONE: Mapping[str, Any] = {"kind": "", "multiplier": Decimal(1), "upto": ZERO, "flatoff": ZERO}
_KINDS = Discount.Kind
_PERCENT = Decimal("0.01")


def terms_of(discount: Discount) -> dict[str, Any]:
    """The discount's terms; what its kind has none of is none of it."""
    reduces = discount.kind == _KINDS.PERCENT
    return {
        "kind": discount.kind,
        "multiplier": 1 - discount.percent / 100 if reduces else Decimal(1),
        "upto": (discount.cap or ZERO) if reduces else ZERO,
        "flatoff": discount.flat,
    }


def fields_of(given: Mapping[str, Any], *, current: Discount | None = None) -> dict[str, Any]:
    """The Discount fields for what was `given`: terms, and fields that are called the same.

    Of a `current` discount, terms that were not given stay; another kind begins with none.
    Raises BadInput for both a multiplier and a flatoff, for neither (unless delivery is free), and
    for a cap of anything but a multiplier.
    """
    fields = {name: value for name, value in given.items() if name not in TERMS}
    sent = {name: given[name] for name in TERMS if name in given}
    if current is not None and not sent:
        return fields
    known = terms_of(current) if current is not None else _NONE
    if sent.get("kind", known["kind"]) != known["kind"]:
        known = _NONE
    if "multiplier" in sent or "flatoff" in sent:
        known = {**known, "kind": ""}
    return fields | _checked({**known, **sent})


def _checked(terms: Mapping[str, Any]) -> dict[str, Any]:
    multiplier, upto, flatoff = terms["multiplier"], terms["upto"], terms["flatoff"]
    reduces = multiplier < 1 and (multiplier > 0 or terms["kind"] == _KINDS.PERCENT)
    if reduces and flatoff:
        raise BadInput("Send a multiplier or a flatoff, not both.", field="flatoff")
    kind = _kind(str(terms["kind"]), reduces=reduces, is_flat=bool(flatoff))
    if upto and not reduces:
        raise BadInput("Only a multiplier has a cap: leave upto at 0.", field="upto")
    return {
        "kind": kind,
        "percent": ((1 - multiplier) * 100).quantize(_PERCENT) if reduces else ZERO,
        "cap": upto or None,
        "amount": flatoff,
    }


def _kind(named: str, *, reduces: bool, is_flat: bool) -> str:
    """The kind that the terms are of. Raises BadInput when another one is `named`."""
    if named == _KINDS.BUY_X_GET_Y:
        raise BadInput("This kind is set up in the staff site.", field="kind")
    meant = _KINDS.PERCENT if reduces else _KINDS.AMOUNT if is_flat else ""
    if not meant and named == _KINDS.FREE_SHIPPING:
        return named
    if not meant:
        raise BadInput(
            "Say what comes off: a multiplier such as 0.8, or a flatoff such as 5.",
            field="flatoff" if named == _KINDS.AMOUNT else "multiplier",
        )
    if named and named != meant:
        raise BadInput(f"These terms are of the kind {meant}.", field="kind")
    return meant
