"""The pieces and the delivery that a credit note is for, as `orders.crediting` takes them. Reads only."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ecommerce.lib.money import ZERO, round_money
from orders.crediting import DELIVERY, GOODS, Part
from orders.models import CreditNote, Order, OrderLine
from orders.refunding import line_share, tax_share
from orders.tax import TaxShare


def tax_table(snapshot: Mapping[str, Any], total: Decimal) -> list[TaxShare]:
    """The VAT table of a paper; what of its total is not in the table is without VAT."""
    rows = [
        TaxShare(**{name: Decimal(row[name]) for name in ("rate", "net", "tax")}) for row in snapshot["taxes"]
    ]
    rest = total - sum((row.net + row.tax for row in rows), ZERO)
    return [*rows, TaxShare(rate=ZERO, net=rest, tax=ZERO)] if rest > 0 else rows


def parts_of(
    order: Order,
    invoiced: Iterable[TaxShare],
    earlier: Iterable[CreditNote],
    pieces: Mapping[int, int],
    shipping: Decimal,
) -> list[Part]:
    """`pieces` of lines (by id) at what was paid for them, and `shipping` for delivery."""
    lines, earlier = list(order.lines.all()), list(earlier)
    gone = credited_pieces(earlier)
    parts = [
        _goods(order, line, gone[line.pk], min(count, line.quantity - gone[line.pk]))
        for line in lines
        if (count := pieces.get(line.pk, 0)) and gone[line.pk] < line.quantity
    ]
    return [*parts, *_delivery(order, lines, invoiced, shipping)]


def remaining_parts(order: Order, invoiced: Iterable[TaxShare], earlier: Iterable[CreditNote]) -> list[Part]:
    """All of an order that no credit note names yet."""
    lines, earlier = list(order.lines.all()), list(earlier)
    paid = order.total - sum((line.total for line in lines), ZERO)
    gone = [row for note in earlier for row in note.snapshot["lines"] if row["kind"] == DELIVERY]
    shipping = paid - sum((Decimal(row["net"]) + Decimal(row["tax"]) for row in gone), ZERO)
    everything = {line.pk: line.quantity for line in lines}
    return parts_of(order, invoiced, earlier, everything, max(shipping, ZERO))


def credited_pieces(notes: Iterable[CreditNote]) -> Counter[int]:
    """How many pieces of each line (by id) credit notes name."""
    found: Counter[int] = Counter()
    for note in notes:
        found.update({int(pk): count for pk, count in note.lines.items()})
    return found


def _goods(order: Order, line: OrderLine, before: int, pieces: int) -> Part:
    of_line: dict[str, Any] = {
        "quantity": line.quantity,
        "before": before,
        "pieces": pieces,
        "currency": order.currency,
    }
    return Part(
        kind=GOODS,
        name=line.full_name,
        rate=line.tax_rate,
        worth=line_share(total=line.total, **of_line),
        tax=tax_share(tax=line.tax, **of_line),
        key=line.pk,
        pieces=pieces,
    )


def _delivery(
    order: Order, lines: list[OrderLine], invoiced: Iterable[TaxShare], shipping: Decimal
) -> list[Part]:
    """Delivery is taxed at the rate at which the invoice has more than its lines."""
    if not shipping:
        return []
    name = f"Delivery: {order.shipping_name}"
    for row in invoiced:
        mine = [line for line in lines if line.tax_rate == row.rate]
        worth = row.net + row.tax - sum((line.total for line in mine), ZERO)
        if worth > 0:
            tax = row.tax - sum((line.tax for line in mine), ZERO)
            part = round_money(tax * shipping / worth, order.currency)
            return [Part(kind=DELIVERY, name=name, rate=row.rate, worth=shipping, tax=part)]
    return [Part(kind=DELIVERY, name=name, rate=ZERO, worth=shipping, tax=ZERO)]
