"""What partners are told of stock: one event for each SKU and transaction, with the numbers at its end.

The numbers from before are noted where the rows are locked, which every change of stock does first;
so nothing has to be asked for them, and a piece that is freed and taken again is no news.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import F, Sum

from catalog.models import StockItem, Variant
from ecommerce.lib import notebook
from webhooks.event_types import EventType
from webhooks.services.publishing import is_wanted, publish, withdraw

_PAGE = "stock"
_CHANGED, _SOLD_OUT, _BACK = EventType.STOCK_CHANGED, EventType.STOCK_SOLD_OUT, EventType.STOCK_BACK


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What lies in places that are in use, and how much of it is promised."""

    on_hand: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.held


def note_before(variant_ids: Iterable[int], items: Iterable[StockItem]) -> None:
    """Remember these (locked, unchanged) rows, unless the transaction has seen them before."""
    page = notebook.page(_PAGE)
    rows: dict[int, list[StockItem]] = {pk: [] for pk in variant_ids if pk not in page}
    for item in items:
        if item.variant_id in rows and item.location.is_active:
            rows[item.variant_id].append(item)
    for pk, own in rows.items():
        page[pk] = Numbers(on_hand=sum(item.on_hand for item in own), held=sum(item.held for item in own))


def tell_changes(variant_ids: Iterable[int]) -> None:
    """Publish what became of these variants' stock in this transaction so far."""
    if not is_wanted(_CHANGED, _SOLD_OUT, _BACK):
        return
    before = notebook.page(_PAGE)
    ids = list(variant_ids)
    now = _numbers(ids)
    for variant in Variant.all_objects.filter(pk__in=ids).order_by("pk").only("pk", "sku", "product_id"):
        numbers = now.get(variant.pk, Numbers())
        _tell(variant, before.get(variant.pk), numbers)


def _tell(variant: Variant, before: Numbers | None, now: Numbers) -> None:
    had, has = before is not None and before.available > 0, now.available > 0
    news = {
        _CHANGED: before != now,
        _SOLD_OUT: had and not has,
        _BACK: has and before is not None and not had,
    }
    for type, happened in news.items():
        if happened:
            publish(type, variant.sku, partial(_data, variant, now), replaces=True)
        else:
            withdraw(type, variant.sku)


def _data(variant: Variant, numbers: Numbers) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "product_id": variant.product_id,
        "on_hand": numbers.on_hand,
        "held": numbers.held,
        "available": numbers.available,
    }


def _numbers(variant_ids: list[int]) -> dict[int, Numbers]:
    rows = StockItem.objects.filter(variant_id__in=variant_ids, location__is_active=True).order_by()
    sums = rows.values_list("variant_id").annotate(there=Sum(F("on_hand")), promised=Sum(F("held")))
    return {pk: Numbers(on_hand=there, held=promised) for pk, there, promised in sums}
