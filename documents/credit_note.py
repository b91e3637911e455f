"""The credit note as a PDF, from its snapshot alone, in the look of the invoice it corrects."""

from decimal import Decimal
from typing import Any

from documents.e_invoice import credit_note_xml
from documents.pdf import render_pdf
from documents.sale import day, rate_text, sale_context


def render_credit_note(snapshot: dict[str, Any]) -> bytes:
    """Return the PDF of `CreditNote.snapshot`, whose money is text in major units ("64.00").

    It carries the electronic credit note where the snapshot has its figures. Raises KeyError
    when the snapshot lacks its number, its invoice, lines or totals.
    """
    return render_pdf("pdf/credit_note.html", credit_note_context(snapshot), xml=credit_note_xml(snapshot))


def credit_note_context(snapshot: dict[str, Any]) -> dict[str, Any]:
    """What the template shows."""
    return {
        **sale_context(snapshot),
        "paper": "Credit note",
        "invoice_number": snapshot["invoice_number"],
        "invoice_issued_on": day(snapshot.get("invoice_issued_on")),
        "reason": snapshot.get("reason", ""),
        "refund_method": snapshot.get("refund_method", ""),
        "lines": [_line(line) for line in snapshot["lines"]],
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": line["name"],
        "sku": line.get("sku", ""),
        "quantity": line.get("quantity", 1),
        "unit_price": Decimal(line.get("unit_price") or line["total"]),
        "tax_rate": rate_text(line.get("tax_rate")),
        "total": Decimal(line["total"]),
    }
