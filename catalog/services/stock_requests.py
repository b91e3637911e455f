"""People who want to be told when a sold-out thing is back: asked, told once, ended."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product, StockItem, StockRequest, StoreSettings, Variant
from catalog.models.stock_request import waiting_key
from ecommerce.lib.background import after_commit
from ecommerce.lib.emails import send_email

log = logging.getLogger(__name__)

# A claim this old belonged to a process that died before it could send.
_CLAIM = timedelta(minutes=5)
# An address that the mail server refuses so often is given up.
_TRIES = 10


def ask(*, variant: Variant, email: str) -> StockRequest:
    """Note that `email` wants to be told when `variant` is back; the same wish is noted once."""
    found, _ = StockRequest.objects.get_or_create(
        open_key=waiting_key(variant.pk, email), defaults={"variant": variant, "email": email.strip()}
    )
    return found


def cancel(*, request: StockRequest) -> bool:
    """End a request that waits; returns whether this call did. Repeating changes nothing."""
    waiting = StockRequest.objects.filter(pk=request.pk, notified_at=None, cancelled_at=None)
    return waiting.update(cancelled_at=timezone.now(), open_key=None) == 1


def owe(variant_ids: Iterable[int]) -> None:
    """Have those who wait for these variants told after commit; the task looks what is free by then."""
    from catalog.tasks import tell_waiting as task

    waiting = StockRequest.objects.filter(
        variant_id__in=list(variant_ids), notified_at=None, cancelled_at=None
    ).order_by("variant_id")
    for variant_id in list(waiting.values_list("variant_id", flat=True).distinct()):
        after_commit(task, variant_id)


def due() -> QuerySet[StockRequest]:
    """Open requests for things on the shelf of which some are free again."""
    free = StockItem.objects.filter(location__is_active=True, on_hand__gt=F("held")).values("variant")
    return StockRequest.objects.filter(
        notified_at=None,
        cancelled_at=None,
        attempts__lt=_TRIES,
        variant__in=Variant.objects.live().filter(pk__in=free).values("pk"),
        variant__product__in=Product.objects.published().values("pk"),
    )


def tell_waiting(*, variant_id: int | None = None, now: datetime | None = None, limit: int = 500) -> int:
    """Email those whose thing is back, of one variant or (the sweep) of all; returns how many."""
    now = now or timezone.now()
    wanted = due().filter(_unclaimed(now)).order_by("attempts", "pk")
    if variant_id is not None:
        wanted = wanted.filter(variant_id=variant_id)
    return sum(tell(pk) for pk in list(wanted.values_list("pk", flat=True)[:limit]))


def tell(pk: int) -> bool:
    """Send one request's email; returns whether this call sent it.

    The claim is a guarded update, so of several workers one sends. When the mail server
    refuses, the row keeps the reason and the sweep tries again.
    """
    now = timezone.now()
    mine = StockRequest.objects.filter(_unclaimed(now), pk=pk, notified_at=None, cancelled_at=None)
    if not mine.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    row = StockRequest.objects.select_related("variant__product").get(pk=pk)
    try:
        send_email(template="back_in_stock", to=row.email, context=_context(row))
    except Exception as error:
        log.exception("back-in-stock email %s was not sent", pk)
        StockRequest.objects.filter(pk=pk).update(claimed_at=None, last_error=str(error)[:300])
        return False
    StockRequest.objects.filter(pk=pk).update(notified_at=timezone.now(), open_key=None, last_error="")
    return True


def _unclaimed(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - _CLAIM)


def _context(row: StockRequest) -> dict[str, Any]:
    return {
        "variant": row.variant,
        "shop_name": StoreSettings.current().name,
        "product_url": settings.SITE_URL + row.variant.get_absolute_url(),
        "stop_url": settings.SITE_URL + reverse("catalog:stock_request", args=[row.token]),
    }
