"""The invoice as a PDF, from its snapshot alone: the same today and in ten years."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date

from documents.e_invoice import invoice_xml
from documents.pdf import render_pdf
from orders.models import Order
from orders.ways_to_pay import label_of


def render_invoice(snapshot: dict[str, Any]) -> bytes:
    """Return the PDF of `Invoice.snapshot`, whose money is text in major units ("64.00").

    Raises KeyError when the snapshot lacks its number, lines or totals.
    """
    return render_pdf("pdf/invoice.html", invoice_context(snapshot), xml=invoice_xml(snapshot))


def invoice_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the template shows: amounts as Decimal, dates as dates, and what follows from them."""
    lines = [_line(line) for line in snapshot["lines"]]
    unpaid = (Order.PaymentStatus.UNPAID.label, Order.PaymentStatus.PARTLY_PAID.label)
    is_unpaid = snapshot.get("payment_status_text") in unpaid
    return {
        "number": snapshot["number"],
        "order_number": snapshot.get("order_number", ""),
        "currency": snapshot["currency"],
        "corrects": snapshot.get("corrects", ""),
        "corrects_issued_on": _date(snapshot.get("corrects_issued_on")),
        "issued_on": _date(snapshot.get("issued_on")),
        "due_on": _date(snapshot.get("due_on")),
        "placed_on": _date(snapshot.get("placed_on")),
        "seller": snapshot.get("seller", {}),
        "customer": snapshot.get("customer", {}),
        "billing_lines": snapshot.get("billing_lines", []),
        "delivery_lines": snapshot.get("delivery_lines", []),
        "lines": lines,
        "has_line_discounts": any(line["discount"] for line in lines),
        "subtotal": Decimal(snapshot["subtotal"]),
        "shipping_name": snapshot.get("shipping_name", ""),
        "shipping_total": Decimal(snapshot["shipping_total"]),
        "discounts": [
            {"name": discount["name"], "amount": abs(Decimal(discount["amount"]))}
            for discount in snapshot.get("discounts", [])
        ],
        "taxes": [_tax(tax) for tax in snapshot.get("taxes", [])],
        "tax_total": Decimal(snapshot["tax_total"]),
        "total": Decimal(snapshot["total"]),
        "prices_include_tax": snapshot.get("prices_include_tax", True),
        "reverse_charge": snapshot.get("reverse_charge", False),
        "payment_method": snapshot.get("payment_method", ""),
        "is_unpaid": is_unpaid,
        "pay_by_transfer": is_unpaid and snapshot.get("payment_method") == label_of("bank_transfer"),
        "payment_status_text": snapshot.get("payment_status_text", ""),
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": line["name"],
        "sku": line.get("sku", ""),
        "quantity": line["quantity"],
        "unit_price": Decimal(line["unit_price"]),
        "discount": abs(Decimal(line.get("discount") or 0)),
        "tax_rate": _rate(line.get("tax_rate")),
        "total": Decimal(line["total"]),
    }


def _tax(tax: dict[str, Any]) -> dict[str, Any]:
    net, amount = Decimal(tax["net"]), Decimal(tax["tax"])
    return {"rate": _rate(tax["rate"]), "net": net, "tax": amount, "gross": net + amount}


def _rate(rate: Any) -> str:
    """`19.00` as "19%", `5.50` as "5.5%"."""
    number = f"{Decimal(rate or 0):f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number}%"


def _date(value: str | None) -> date | None:
    """The day of an ISO date or time; None when there is none."""
    return parse_date(value[:10]) if value else None
