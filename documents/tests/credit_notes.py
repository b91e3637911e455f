"""Credit notes as orders issue them: goods that came back, delivery, or a lower price."""

from datetime import UTC, datetime
from decimal import Decimal as D
from typing import Any

import factory
from factory.django import DjangoModelFactory

from documents.tests.factories import InvoiceFactory
from documents.tests.quoted import snapshot_of
from orders.models import CreditNote

COPIED = (
    "seller",
    "customer",
    "buyer",
    "ship_to",
    "billing_lines",
    "delivery_lines",
    "currency",
    "order_number",
    "placed_on",
    "supplied_on",
    "supply_from",
    "supply_until",
    "prices_include_tax",
    "reverse_charge",
    "untaxed_category",
)
GOODS = {
    "name": "Field backpack, Raspberry",
    "sku": "SKU-1",
    "quantity": 1,
    "unit_price": "20.00",
    "tax_rate": "19",
    "net": "16.81",
    "tax": "3.19",
    "total": "20.00",
    "kind": "goods",
}
DELIVERY = {
    **GOODS,
    "name": "Delivery: Standard",
    "sku": "",
    "unit_price": "3.90",
    "net": "3.28",
    "tax": "0.62",
    "total": "3.90",
    "kind": "delivery",
}
REDUCTION = {
    **GOODS,
    "name": "A scratch",
    "sku": "",
    "unit_price": "5.00",
    "net": "4.20",
    "tax": "0.80",
    "total": "5.00",
    "kind": "reduction",
}


def credited(*lines: dict[str, Any], invoice: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What `CreditNote.snapshot` holds for lines of the invoice with this snapshot."""
    taxes: dict[str, list[D]] = {}
    for line in lines:
        found = taxes.setdefault(line["tax_rate"], [D(0), D(0)])
        found[0] += D(line["net"])
        found[1] += D(line["tax"])
    net, tax = (sum(row[part] for row in taxes.values()) for part in (0, 1))
    return {
        **{key: invoice[key] for key in COPIED if key in invoice},
        "number": "2026-C-00007",
        "issued_on": "2026-12-01",
        "invoice_number": invoice["number"],
        "invoice_issued_on": invoice["issued_on"],
        "reason": "Returned: too small",
        "lines": list(lines),
        "taxes": [
            {"rate": rate, "net": str(row[0]), "tax": str(row[1])} for rate, row in sorted(taxes.items())
        ],
        "tax_total": str(tax),
        "total": str(D(net) + D(tax)),
        "refund_method": "Credit card",
        **changes,
    }


class CreditNoteFactory(DjangoModelFactory):
    """A backpack that came back, of an order that was priced by the shop."""

    class Meta:
        model = CreditNote

    invoice = factory.SubFactory(InvoiceFactory)
    order = factory.SelfAttribute("invoice.order")
    key = factory.Sequence(lambda n: f"refund:{n}")
    series = "2026-C"
    sequence = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda made: f"{made.series}-{made.sequence:05d}")
    issued_at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    amount = D("20.00")
    currency = "EUR"
    reason = "Returned: too small"
    snapshot = factory.LazyAttribute(
        lambda made: credited(GOODS, invoice=made.invoice.snapshot, number=made.number)
    )


def credited_of(*lines: dict[str, Any], result: Any, **changes: Any) -> dict[str, Any]:
    """The same, for an invoice of what `quoted(…)` priced."""
    return credited(*lines, invoice=snapshot_of(result, **changes))
