"""Credit notes: what an invoice asked for and the shopper does not owe after all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.money import ZERO, round_money
from ecommerce.lib.transactions import retrying_atomic
from orders.crediting import GOODS, Credit, credit
from orders.models import CreditNote, Invoice, InvoiceCounter, Order
from orders.services.credited_parts import parts_of, remaining_parts, tax_table
from orders.services.numbering import Number, next_number


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be credited: `amount` for `lines` (order line id -> pieces) and `shipping`, or for nothing
    named. `is_rest`: another credit note of the same refund has the pieces already."""

    amount: Decimal
    lines: Mapping[int, int]
    shipping: Decimal = ZERO
    key: str = ""
    is_rest: bool = False


@retrying_atomic
def issue_credit_note(
    *,
    order: Order,
    amount: Decimal,
    reason: str,
    key: str,
    lines: Mapping[int, int] | None = None,
    shipping: Decimal = ZERO,
    is_rest: bool = False,
    method_label: str = "",
    actor: Any = None,
) -> CreditNote | None:
    """Credit `amount` of a locked order's invoice, once for each `key`; repeating gives the same one.

    Called in the transaction that books the money. All credit notes of an order together never say
    more than its invoice. None when there is no invoice, or nothing of it is left.
    """
    if found := CreditNote.objects.filter(key=key).first():
        return found
    invoice = order.invoice
    if invoice is None:
        return None
    wanted = Wanted(amount=amount, lines=lines or {}, shipping=shipping, key=key, is_rest=is_rest)
    credited = work_out(order, invoice, wanted)
    if not credited.total:
        return None
    now, store = timezone.now(), invoice.store or StoreSettings.current().seller
    number = next_number(store=store, kind=InvoiceCounter.Kind.CREDIT_NOTE, now=now)
    note = CreditNote.objects.create(
        order=order,
        invoice=invoice,
        store=store,
        created_by=actor,
        **values_of(order, invoice, wanted, credited, number, reason=reason, how=method_label, issued_at=now),
    )
    after_commit(task_named("documents.store_credit_note"), note.pk)
    return note


def work_out(
    order: Order, invoice: Invoice, wanted: Wanted, *, earlier: Iterable[CreditNote] | None = None
) -> Credit:
    """What a credit note would say; `earlier` are the order's credit notes before it. Reads only."""
    notes = list(order.credit_notes.all() if earlier is None else earlier)
    invoiced = tax_table(invoice.snapshot, invoice.amount)
    left = invoice.amount - sum((note.amount for note in notes), ZERO)
    amount = min(wanted.amount, left)
    others = [note for note in notes if _base(note.key) != _base(wanted.key)]
    if wanted.lines or wanted.shipping:
        parts = parts_of(order, invoiced, others, wanted.lines, wanted.shipping)
    else:
        # Whoever gets all the rest back gets it for what is left of the order.
        parts = remaining_parts(order, invoiced, notes) if amount == left else []
    return credit(
        invoiced=invoiced,
        credited=[share for note in notes for share in tax_table(note.snapshot, note.amount)],
        amount=max(amount, ZERO),
        parts=parts,
        currency=order.currency,
    )


def _base(key: str) -> str:
    """What the keys of the shares of one refund have in common; another for each credit note without."""
    return key.rpartition(":")[0] or key


def values_of(
    order: Order,
    invoice: Invoice,
    wanted: Wanted,
    credited: Credit,
    number: Number,
    *,
    reason: str,
    how: str,
    issued_at: datetime,
) -> dict[str, Any]:
    """The fields of a credit note, with everything its paper says; amounts are strings like "64.00"."""
    pieces = {str(part.key): part.pieces for part in credited.parts if part.key}
    return {
        "key": wanted.key,
        "series": number.series,
        "sequence": number.sequence,
        "number": str(number),
        "issued_at": issued_at,
        "amount": credited.total,
        "currency": order.currency,
        "reason": reason[:200],
        "lines": {} if wanted.is_rest else pieces,
        "snapshot": {
            "number": str(number),
            "issued_on": timezone.localtime(issued_at).date().isoformat(),
            "invoice_number": invoice.number,
            "invoice_issued_on": timezone.localtime(invoice.issued_at).date().isoformat(),
            "reason": reason[:200],
            "refund_method": how,
            **{name: invoice.snapshot[name] for name in _AS_ON_THE_INVOICE if name in invoice.snapshot},
            **_money_of(order, invoice, credited),
        },
    }


_AS_ON_THE_INVOICE = (
    "order_number", "currency", "seller", "customer", "billing_lines", "delivery_lines",
    "prices_include_tax", "reverse_charge",
    # For programs; invoices of earlier days lack them.
    "buyer", "ship_to", "untaxed_category", "placed_on", "supplied_on", "supply_from", "supply_until",
)  # fmt: skip


def _money_of(order: Order, invoice: Invoice, credited: Credit) -> dict[str, Any]:
    def money(amount: Decimal) -> str:
        return str(round_money(amount, order.currency))

    lines = {line.pk: line for line in order.lines.all()}
    gross = invoice.snapshot["prices_include_tax"]
    rows = []
    for part in credited.parts:
        line, quantity = lines.get(part.key), part.pieces if part.kind == GOODS else 1
        shown = part.worth if gross else part.net
        unit = line.unit_price if line and line.unit_price * quantity == shown else shown / quantity
        rows.append(
            {
                "name": part.name,
                "sku": line.sku if line else "",
                "quantity": quantity,
                "unit_price": money(unit),
                "tax_rate": f"{part.rate.normalize():f}",
                "net": money(part.net),
                "tax": money(part.tax),
                "total": money(shown),
                "kind": part.kind,
            }
        )
    return {
        "lines": rows,
        "taxes": [
            {"rate": f"{share.rate.normalize():f}", "net": money(share.net), "tax": money(share.tax)}
            for share in credited.taxes
        ],
        "tax_total": money(credited.tax_total),
        "total": money(credited.total),
    }
