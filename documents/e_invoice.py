"""Invoices and credit notes for programs: EN 16931 as the XML of Factur-X. Pure: snapshot to bytes.

The XML says what the paper says, without tax: lines, less what discounts take off each, and
delivery add up to the net column of the paper's tax table, per rate and to the cent.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ecommerce.lib.money import ZERO, smallest_unit
from orders.vat_numbers import vat_place

log = logging.getLogger(__name__)

INVOICE, CREDIT_NOTE, CORRECTED = "380", "381", "384"
# Codes of ways to pay (UNTDID 4461): SEPA transfer, bank card, online payment service, cash.
MEANS = {"bank_transfer": "58", "stripe": "48", "demo": "48", "paypal": "68", "cash_on_delivery": "10"}
TRANSFER, BY_AGREEMENT = "58", "ZZZ"
CENT = Decimal("0.01")
# Why no VAT is charged (BT-120, and BT-121 for sellers in the Union); a zero rate needs no reason.
REASONS = {
    "K": ("Intra-community supply, article 138 of Directive 2006/112/EC", "VATEX-EU-IC"),
    "G": ("Export: no VAT is charged", "VATEX-EU-G"),
}
# What XML cannot carry.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def invoice_xml(snapshot: dict[str, Any]) -> bytes:
    """The XML of `Invoice.snapshot`; b"" when the snapshot does not hold what the standard asks for.

    That is one from before it did, one of a seller without a VAT number, or one whose figures
    do not agree: no electronic invoice is better than a wrong one.
    """
    if not _is_complete(snapshot, "delivery"):
        return b""
    lines = snapshot["lines"]
    delivery = snapshot["delivery"]
    charges = [_delivery_charge(snapshot, delivery)] if delivery else []
    data = {
        **_about(snapshot, lines, charges),
        "BT-3": CORRECTED if snapshot.get("corrects") else INVOICE,
        "BT-9": snapshot.get("due_on"),
        "BT-83": snapshot["order_number"],
        "BG-13": _party(snapshot["ship_to"]),
        **_supply(snapshot),
        **_payment(snapshot),
    }
    if snapshot.get("corrects"):
        data["BG-3"] = [{"BT-25": snapshot["corrects"], "BT-26": snapshot["corrects_issued_on"]}]
    return _xml(snapshot, data, snapshot["due"])


def credit_note_xml(snapshot: dict[str, Any]) -> bytes:
    """The XML of `CreditNote.snapshot`, otherwise as `invoice_xml`.

    Goods, delivery and reductions are lines; their amounts are positive, as the type says that
    they are credited.
    """
    if not _is_complete(snapshot):
        return b""
    lines = [{**line, "net_discount": "0"} for line in snapshot["lines"]]
    back = snapshot.get("refund_method") or "the way you paid"
    data = {
        **_about(snapshot, lines, []),
        "BT-3": CREDIT_NOTE,
        "BT-20": f"Paid back by {back}. {snapshot.get('reason', '')}".strip(),
        "BG-3": [{"BT-25": snapshot["invoice_number"], "BT-26": snapshot["invoice_issued_on"]}],
        **_supply(snapshot),
    }
    if snapshot.get("ship_to"):
        data["BG-13"] = _party(snapshot["ship_to"])
    return _xml(snapshot, data, snapshot["total"])


def agrees(snapshot: dict[str, Any]) -> bool:
    """Whether lines and delivery add up to the tax table, rate by rate, and that to the total."""
    sums: dict[Decimal, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    parts = [*snapshot["lines"], *filter(None, [snapshot.get("delivery")])]
    for rows, rate, sign in ((parts, "tax_rate", 1), (snapshot["taxes"], "rate", -1)):
        for row in rows:
            found = sums[Decimal(row[rate])]
            found[0] += sign * Decimal(row["net"])
            found[1] += sign * Decimal(row["tax"])
    total = sum((Decimal(row["net"]) + Decimal(row["tax"]) for row in snapshot["taxes"]), ZERO)
    return total == Decimal(snapshot["total"]) and not any(net or tax for net, tax in sums.values())


def _is_complete(snapshot: dict[str, Any], *more: str) -> bool:
    wanted = ("seller", "buyer", "untaxed_category", "issued_on", *more)
    if any(key not in snapshot for key in wanted) or "country" not in snapshot["seller"]:
        return False
    if not all("net" in line for line in snapshot["lines"]) or snapshot.get("delivery") == {}:
        return False
    if not snapshot["lines"] or not snapshot["seller"].get("vat_number"):
        return False
    if smallest_unit(snapshot["currency"]) < CENT:
        return False  # the standard knows two decimals at the most
    if agrees(snapshot):
        return True
    log.error("the figures of %s do not agree, so it has no XML", snapshot["number"])
    return False


def _about(
    snapshot: dict[str, Any], lines: list[dict[str, Any]], charges: list[dict[str, Any]]
) -> dict[str, Any]:
    """What both kinds say: numbers, parties, lines and the sums of all that."""
    seller, placed = snapshot["seller"], snapshot.get("placed_on")
    contact = {"name": seller["name"], "phone": seller.get("phone"), "email": seller.get("email")}
    note = f"Order {snapshot['order_number']}{f' of {placed}' if placed else ''}"
    return {
        "BT-1": snapshot["number"],
        "BT-2": snapshot["issued_on"],
        "BT-5": snapshot["currency"],
        "BT-14": snapshot["order_number"],
        "BG-1": [{"BT-22": note}],
        "BG-4": {**_party(seller), "contacts": [contact]},
        "BG-7": _party(snapshot["buyer"]),
        "BG-25": [_line(number, line, snapshot) for number, line in enumerate(lines, start=1)],
        "BG-21": charges,
        "BG-23": [_tax(row, snapshot) for row in snapshot["taxes"]],
        "BT-106": _sum(line["net"] for line in lines),
        "BT-108": _sum(charge["amount"] for charge in charges) if charges else None,
        "BT-109": _sum(row["net"] for row in snapshot["taxes"]),
        "BT-110": _sum(row["tax"] for row in snapshot["taxes"]),
        "BT-112": snapshot["total"],
    }


def _line(number: int, line: dict[str, Any], snapshot: dict[str, Any]) -> dict[str, Any]:
    off = Decimal(line["net_discount"])
    reason = line.get("discount_name") or "Discount"
    return {
        "BT-126": str(number),
        "BT-129": str(line["quantity"]),
        "BT-130": "C62",  # pieces
        "BT-131": line["net"],
        **_price(Decimal(line["net"]) + off, line["quantity"]),
        "BT-151": _category(line["tax_rate"], snapshot),
        "BT-152": _rate(line["tax_rate"]),
        "BT-153": line["name"],
        "BT-155": line.get("sku"),
        "BG-27": [{"amount": str(off), "reason": reason, "reason_code": "95"}] if off else [],
    }


def _price(net: Decimal, quantity: int) -> dict[str, str]:
    """The net price of a piece, or of all of them where no price of one piece multiplies to it."""
    each = round(net / quantity, 4)
    if each * quantity == net:
        return {"BT-146": f"{each.normalize():f}"}
    return {"BT-146": str(net), "BT-149": str(quantity)}


def _delivery_charge(snapshot: dict[str, Any], delivery: dict[str, Any]) -> dict[str, Any]:
    return {
        "amount": delivery["net"],
        "reason": f"Delivery: {snapshot.get('shipping_name') or 'standard'}",
        "reason_code": "DL",
        "vat_category_code": _category(delivery["tax_rate"], snapshot),
        "vat_rate": _rate(delivery["tax_rate"]),
    }


def _tax(row: dict[str, Any], snapshot: dict[str, Any]) -> dict[str, Any]:
    category = _category(row["rate"], snapshot)
    text, code = REASONS.get(category, (None, None))
    return {
        "BT-116": row["net"],
        "BT-117": row["tax"],
        "BT-118": category,
        "BT-119": _rate(row["rate"]),
        "BT-120": text,
        "BT-121": code if vat_place(snapshot["seller"]["country"]) else None,
    }


def _category(rate: Any, snapshot: dict[str, Any]) -> str:
    category: str = "S" if Decimal(rate) else snapshot["untaxed_category"]
    return category


def _rate(rate: Any) -> str:
    return f"{Decimal(rate).normalize():f}"


def _party(party: dict[str, Any]) -> dict[str, Any]:
    number = "".join(letter for letter in party.get("vat_number", "").upper() if letter.isalnum())
    found = {
        "name": party["name"],
        "addr_l1": party.get("line1"),
        "addr_l2": party.get("line2"),
        "postcode": party.get("postal_code"),
        "city": party.get("city"),
        "country_subdivision": party.get("region"),
        "country_code": party["country"],
        # A number that does not begin with its country is one of the tax office (BT-32).
        "vat_identifier" if number[:2].isalpha() else "tax_identifier": number,
    }
    if party.get("email"):
        found |= {"einvoicing_addr": party["email"], "einvoicing_addr_schemeid": "EM"}
    if party.get("contact"):
        found["contacts"] = [{"name": party["contact"]}]
    return found


def _supply(snapshot: dict[str, Any]) -> dict[str, Any]:
    if snapshot.get("supplied_on"):
        return {"BT-72": snapshot["supplied_on"]}
    return {"BT-73": snapshot.get("supply_from"), "BT-74": snapshot.get("supply_until")}


def _payment(snapshot: dict[str, Any]) -> dict[str, Any]:
    code = MEANS.get(snapshot.get("payment_code", ""), BY_AGREEMENT)
    iban = "".join(snapshot["seller"].get("iban", "").split())
    if code != TRANSFER:
        return {"BT-81": code, "BT-82": snapshot["payment_method"]}
    if not iban:
        return {"BT-81": BY_AGREEMENT, "BT-82": snapshot["payment_method"]}
    return {
        # SEPA is for euros only.
        "BT-81": TRANSFER if snapshot["currency"] == "EUR" else "30",
        "BT-82": snapshot["payment_method"],
        "BT-84": iban,
        "BT-85": snapshot["seller"].get("account_holder"),
        "BT-86": snapshot["seller"].get("bic"),
    }


def _sum(amounts: Iterable[Any]) -> str:
    return str(sum((Decimal(amount) for amount in amounts), ZERO))


def _xml(snapshot: dict[str, Any], data: dict[str, Any], due: str) -> bytes:
    # Slow to import, and most processes never make a paper.
    from facturx.generate_xml import generate_cii_xml

    paid = Decimal(snapshot["total"]) - Decimal(due)
    data |= {"BT-113": str(paid) if paid else None, "BT-115": due}
    xml: bytes = generate_cii_xml(_clean(data), level="en16931", check_xsd=False, check_schematron=None)
    return xml


def _clean(value: Any) -> Any:
    """Without what is empty, and text without what XML cannot carry."""
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items() if item not in (None, "", [])}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return _CONTROL.sub("", value) if isinstance(value, str) else value
