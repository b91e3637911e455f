"""What must be equal before and after: rows of every table, and the sums of the ledgers."""

from typing import Any

from django.db import connections
from django.db.models import Count, Max, Min, Model, QuerySet, Sum

from catalog.models import StockItem, StockMovement
from orders.models import CreditNote, Invoice, InvoiceCounter, Order
from payments.models import GiftCard, GiftCardEntry, Payment, Refund

Figures = dict[str, Any]


def row_counts(alias: str) -> dict[str, int]:
    """How many rows each table of the database has."""
    connection = connections[alias]
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts


def ledgers(alias: str) -> Figures:
    """Money, stock, orders and numbers, each as the texts that a manifest keeps."""
    return {
        "payments": _table(
            _rows(Payment, alias), "currency", "status", n=Count("pk"), sum=Sum("amount"),
            refunded=Sum("refunded_amount"),
        ),
        "refunds": _table(
            _rows(Refund, alias), "payment__currency", "status", n=Count("pk"), sum=Sum("amount")
        ),
        "orders": _table(_rows(Order, alias), "currency", "status", n=Count("pk"), sum=Sum("total")),
        "invoices": _papers(Invoice, alias),
        "credit notes": _papers(CreditNote, alias),
        "last numbers": _table(_rows(InvoiceCounter, alias), "series", "kind", last=Max("last")),
        "gift cards": _table(_rows(GiftCard, alias), "currency", n=Count("pk"), sum=Sum("balance")),
        "gift card entries": _table(
            _rows(GiftCardEntry, alias), "card__currency", n=Count("pk"), sum=Sum("amount")
        ),
        "stock": _table(_rows(StockItem, alias), on_hand=Sum("on_hand"), held=Sum("held")),
        "stock movements": _table(_rows(StockMovement, alias), sum=Sum("change")),
    }  # fmt: skip


def doubts(figures: Figures) -> list[str]:
    """What in the ledgers does not add up by itself, in words; a backup is still made of it."""
    found = []
    on_hand, moved = figures["stock"]["all"]["on_hand"], figures["stock movements"]["all"]["sum"]
    if on_hand != moved:
        found.append(f"stock on hand is {on_hand}, its movements add up to {moved}")
    entries = figures["gift card entries"]
    for currency, card in figures["gift cards"].items():
        booked = entries.get(currency, {}).get("sum", "0.000")
        if card["sum"] != booked:
            found.append(f"gift cards hold {card['sum']} {currency}, their entries add up to {booked}")
    return found


def differences(expected: Figures, actual: Figures, where: str = "") -> list[str]:
    """Each figure that differs, as "orders.EUR pending.sum: 12.00 in the backup, 11.00 here"."""
    found = []
    for name in sorted(expected.keys() | actual.keys()):
        path = f"{where}.{name}" if where else name
        left, right = expected.get(name), actual.get(name)
        if isinstance(left, dict) and isinstance(right, dict):
            found += differences(left, right, path)
        elif left != right:
            found.append(f"{path}: {left} in the backup, {right} here")
    return found


def _papers(model: type[Invoice] | type[CreditNote], alias: str) -> Figures:
    return _table(
        _rows(model, alias), "series", "currency", n=Count("pk"), first=Min("sequence"),
        last=Max("sequence"), sum=Sum("amount"),
    )  # fmt: skip


def _rows(model: type[Model], alias: str) -> QuerySet[Any]:
    """Deleted rows count as well: they are in the ledgers."""
    return model._base_manager.using(alias).order_by()


def _table(rows: QuerySet[Any], *by: str, **figures: Any) -> Figures:
    """One entry for each group, named by its values."""
    if not by:
        return {"all": {name: _text(value) for name, value in rows.aggregate(**figures).items()}}
    return {
        " ".join(str(group[name]) for name in by): {name: _text(group[name]) for name in figures}
        for group in rows.values(*by).annotate(**figures)
    }


def _text(value: Any) -> Any:
    """Counts stay numbers. Money becomes text with its three digits: a sum has other zeros elsewhere."""
    if value is None:
        return 0
    return value if isinstance(value, int) else f"{value:.3f}"
