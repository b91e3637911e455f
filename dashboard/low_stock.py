"""What is about to run out: a page for whoever orders goods, the scarcest first."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog.models import Product, StockItem, StockRequest, StoreSettings, Variant
from catalog.services.stock_levels import free_stock, sum_of
from orders.models import Order, OrderLine

SOLD_DAYS = 30
PAGE_SIZE = 50
MAY_SEE = "catalog.view_product"
_COUNT_KEY, _COUNT_SECONDS = "low-stock-count", 60


def low_variants() -> QuerySet[Variant]:
    """Variants of published products at or below the shop's warning level, with `free`."""
    published = Variant.objects.filter(
        product__is_deleted=False, product__status=Product.Status.PUBLISHED, is_suspended=False
    )
    low = published.annotate(free=free_stock()).filter(free__lte=StoreSettings.current().low_stock_at)
    return low.select_related("product").order_by("free", "pk")


def low_count() -> int:
    """How many there are, for the sidebar: at most a minute old."""
    return cache.get_or_set(_COUNT_KEY, lambda: low_variants().count(), _COUNT_SECONDS) or 0


@require_safe
def low_stock_page(request: HttpRequest) -> HttpResponse:
    """Five queries of its own, however many run out."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    page = Paginator(_with_figures(low_variants()), PAGE_SIZE).get_page(request.GET.get("page"))
    rows: list[Any] = list(page.object_list)
    waiting, sold = _waiting(rows), _sold(rows)
    for variant in rows:
        variant.waiting = waiting.get(variant.pk, 0)
        variant.sold = sold.get(variant.pk, 0)
        variant.cover = variant.free * SOLD_DAYS // variant.sold if variant.sold else None
    context = {
        **admin.site.each_context(request),
        "title": "Low on stock",
        "page": page,
        "rows": rows,
        "low_at": StoreSettings.current().low_stock_at,
        "sold_days": SOLD_DAYS,
    }
    return TemplateResponse(request, "dashboard/low_stock.html", context)


def _with_figures(variants: QuerySet[Variant]) -> QuerySet[Variant]:
    rows = StockItem.objects.filter(variant=OuterRef("pk"), location__is_active=True)
    return variants.annotate(held=sum_of(rows, "variant", F("held")))


def _waiting(variants: list[Any]) -> dict[int, int]:
    """How many people want to be told when each is back."""
    ids = [variant.pk for variant in variants]
    open_ones = StockRequest.objects.filter(variant_id__in=ids, notified_at=None, cancelled_at=None)
    return dict(open_ones.order_by().values_list("variant_id").annotate(number=Count("pk")))


def _sold(variants: list[Any]) -> dict[int, int]:
    """How many of each were ordered lately, cancelled orders left out."""
    since = timezone.now() - timedelta(days=SOLD_DAYS)
    found: dict[int, int] = {}
    lines = OrderLine.objects.filter(
        variant_id__in=[variant.pk for variant in variants],
        order__placed_at__gte=since,
        order__is_deleted=False,
    ).exclude(order__status=Order.Status.CANCELLED)
    for variant_id, quantity in lines.values_list("variant_id", "quantity"):
        found[variant_id] = found.get(variant_id, 0) + quantity
    return found
