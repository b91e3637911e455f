"""What a listing shows of a product, its rating, and its end.

`catalog.services.editing` creates and changes products; `inventory` changes stock. Both call
`refresh_listing` in their own transaction, so a card never shows an older price than the page.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, Model, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan
from django.utils import timezone

from catalog.models import Product, ProductImage, StoreSettings, Variant
from catalog.services import search
from catalog.services.versions import Check, lock_product, run
from ecommerce.lib.errors import NotFound
from ecommerce.lib.money import MoneyField
from ecommerce.lib.transactions import retrying_atomic

# Databases limit how many values one statement may carry.
_BATCH = 5000


def refresh_listing(*product_ids: int) -> None:
    """Rewrite "what a listing shows" of these products from their variants, stock and images.

    One UPDATE for any number of products (up to 5,000), so nothing is read that another
    transaction could change in between. Products that are not there are passed over.
    """
    ids = sorted(set(product_ids))
    for start in range(0, len(ids), _BATCH):
        Product.all_objects.filter(pk__in=ids[start : start + _BATCH]).update(**_listing_fields())


def refresh_stock(*product_ids: int) -> None:
    """Rewrite what a listing shows of these products' stock alone, in one UPDATE."""
    Product.all_objects.filter(pk__in=sorted(set(product_ids))).update(**_stock_fields())


def refresh_stock_states() -> None:
    """Rewrite every product's stock state, after the merchant chose another low-stock number."""
    Product.all_objects.update(stock_state=_stock_state(F("available"), _can_be_ordered()))


def refresh_scheduled(*, now: datetime, since: timedelta = timedelta(days=1)) -> int:
    """Refresh products with a variant that started or ended in the time `since`, up to `now`.

    Nobody saves anything at that moment, so only the sweep can notice. Returns how many.
    """
    window = (now - since, now)
    started = Variant.objects.filter(active_from__range=window)
    ended = Variant.objects.filter(active_until__range=window)
    ids = set(started.values_list("product_id", flat=True)) | set(ended.values_list("product_id", flat=True))
    refresh_listing(*ids)
    return len(ids)


def set_rating(*, product_id: int, average: Decimal, count: int) -> None:
    """Store the average (0 to 5) and number of a product's published reviews."""
    Product.all_objects.filter(pk=product_id).update(rating=average, review_count=count)


@retrying_atomic
def delete_product(*, product: Product, actor: Any = None, check: Check | None = None) -> None:
    """Take a product off the shelf for good; its row stays for orders that name it.

    Its variants go with it, so their SKUs are free again. Deleting twice changes nothing.
    """
    try:
        lock_product(product)
    except NotFound:
        return
    run(check)
    now = timezone.now()
    for row in [*product.variants.all(), product]:
        stamp_author(row, actor)
        row.delete()
        type(row).all_objects.filter(pk=row.pk).update(modified_by=row.modified_by, modified_at=now)
    refresh_listing(product.pk)
    search.index_products([product.pk])


def delete_products(products: Iterable[Product], *, actor: Any = None) -> int:
    """Delete several products, each in its own transaction. Returns how many."""
    count = 0
    for product in products:
        delete_product(product=product, actor=actor)
        count += 1
    return count


def stamp_author(row: Model, actor: Any) -> None:
    """Fill in who wrote a row that is about to be saved; nobody when a program did."""
    person = actor if getattr(actor, "pk", None) else None
    if row._state.adding and person:
        row.created_by = person  # type: ignore[attr-defined]
    row.modified_by = person  # type: ignore[attr-defined]


def _stock_fields() -> dict[str, Any]:
    stock = (
        _variants()
        .order_by()
        .values("product")
        .filter(stock_items__location__is_active=True)
        .annotate(free=Sum(F("stock_items__on_hand") - F("stock_items__held")))
    )
    available = Coalesce(Subquery(stock.values("free")), 0)
    return {"available": available, "stock_state": _stock_state(available, _can_be_ordered())}


def _listing_fields() -> dict[str, Any]:
    variants = _variants()
    cheapest = variants.order_by("price", "position", "pk")
    dearest = variants.order_by("-price")
    pictures = (
        ProductImage.objects.live().filter(product=OuterRef("pk")).exclude(stem="").order_by("position", "pk")
    )
    return _stock_fields() | {
        "price_min": _first(cheapest, "price", Decimal(0)),
        "price_max": _first(dearest, "price", Decimal(0)),
        "compare_at": Subquery(cheapest.values("compare_at")[:1]),
        "image": _first(pictures, "stem", ""),
        "image_alt": _first(pictures, "alt", ""),
    }


def _first(rows: QuerySet, field: str, default: Any) -> Coalesce:
    value = Value(default, output_field=MoneyField()) if isinstance(default, Decimal) else Value(default)
    return Coalesce(Subquery(rows.values(field)[:1]), value)


def _variants() -> QuerySet[Variant]:
    return Variant.objects.live().filter(product=OuterRef("pk"))


def _can_be_ordered() -> Exists:
    """Whether a variant may still be promised beyond stock."""
    return Exists(_variants().filter(backorder_limit__gt=F("backordered")))


def _stock_state(available: Any, can_be_ordered: Exists) -> Case:
    states = Product.StockState
    return Case(
        When(
            GreaterThan(available, Value(StoreSettings.current().low_stock_at)), then=Value(states.IN_STOCK)
        ),
        When(GreaterThan(available, Value(0)), then=Value(states.LOW)),
        When(can_be_ordered, then=Value(states.BACKORDER)),
        default=Value(states.SOLD_OUT),
    )
