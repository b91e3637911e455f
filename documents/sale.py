"""What the papers of a sale show alike: invoices and credit notes, from their snapshots."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date


def sale_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The common part of the template's context: amounts as Decimal, dates as dates.

    Raises KeyError when the snapshot lacks its number, currency or totals.
    """
    return {
        "number": snapshot["number"],
        "order_number": snapshot.get("order_number", ""),
        "currency": snapshot["currency"],
        "issued_on": day(snapshot.get("issued_on")),
        "seller": snapshot.get("seller", {}),
        "customer": snapshot.get("customer", {}),
        "billing_lines": snapshot.get("billing_lines", []),
        "delivery_lines": snapshot.get("delivery_lines", []),
        "taxes": [_tax(tax) for tax in snapshot.get("taxes", [])],
        "tax_total": Decimal(snapshot["tax_total"]),
        "total": Decimal(snapshot["total"]),
        "prices_include_tax": snapshot.get("prices_include_tax", True),
        "reverse_charge": snapshot.get("reverse_charge", False),
        "is_export": snapshot.get("untaxed_category") == "G",
    }


def _tax(tax: dict[str, Any]) -> dict[str, Any]:
    net, amount = Decimal(tax["net"]), Decimal(tax["tax"])
    return {"rate": rate_text(tax["rate"]), "net": net, "tax": amount, "gross": net + amount}


def rate_text(rate: Any) -> str:
    """`19.00` as "19%", `5.50` as "5.5%"."""
    number = f"{Decimal(rate or 0):f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number}%"


def day(value: str | None) -> date | None:
    """The day of an ISO date or time; None when there is none."""
    return parse_date(value[:10]) if value else None
