"""What follows from every change of stock, in the same transaction."""

from collections.abc import Iterable

from catalog.models import Variant
from catalog.services import backorders, stock_events, stock_requests
from catalog.services.products import refresh_stock


def settle(variant_ids: Iterable[int], *, freed: bool = False) -> None:
    """Backorders filled, listings rewritten, those who wait told after commit, and partners of the change.

    `freed`: some pieces may be free that were not before.
    """
    ids = sorted(set(variant_ids))
    if not ids:
        return
    if freed:
        backorders.fill_backorders(ids)
    products = Variant.all_objects.filter(pk__in=ids).order_by("product_id")
    refresh_stock(*products.values_list("product_id", flat=True).distinct())
    if freed:
        stock_requests.owe(ids)
    stock_events.tell_changes(ids)
