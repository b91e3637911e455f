"""The invoice as a PDF, from its snapshot alone: the same today and in ten years."""

from decimal import Decimal
from typing import Any

from documents.e_invoice import invoice_xml
from documents.pdf import render_pdf
from documents.sale import day, rate_text, sale_context
from orders.models import Order
from orders.ways_to_pay import label_of


def render_invoice(snapshot: dict[str, Any]) -> bytes:
    """Return the PDF of `Invoice.snapshot`, whose money is text in major units ("64.00").

    It carries the electronic invoice, unless the snapshot is from before there was one. Raises
    KeyError when the snapshot lacks its number, lines or totals.
    """
    return render_pdf("pdf/invoice.html", invoice_context(snapshot), xml=invoice_xml(snapshot))


def invoice_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the template shows, and what follows from it."""
    lines = [_line(line) for line in snapshot["lines"]]
    unpaid = (Order.PaymentStatus.UNPAID.label, Order.PaymentStatus.PARTLY_PAID.label)
    is_unpaid = snapshot.get("payment_status_text") in unpaid
    return {
        **sale_context(snapshot),
        "paper": "Invoice",
        "corrects": snapshot.get("corrects", ""),
        "corrects_issued_on": day(snapshot.get("corrects_issued_on")),
        "due_on": day(snapshot.get("due_on")),
        "placed_on": day(snapshot.get("placed_on")),
        "supplied_on": day(snapshot.get("supplied_on")),
        "supply_until": day(snapshot.get("supply_until")),
        "lines": lines,
        "has_line_discounts": any(line["discount"] for line in lines),
        "subtotal": Decimal(snapshot["subtotal"]),
        "shipping_name": snapshot.get("shipping_name", ""),
        "shipping_total": Decimal(snapshot["shipping_total"]),
        "discounts": [
            {"name": discount["name"], "amount": abs(Decimal(discount["amount"]))}
            for discount in snapshot.get("discounts", [])
        ],
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
        "tax_rate": rate_text(line.get("tax_rate")),
        "total": Decimal(line["total"]),
    }
