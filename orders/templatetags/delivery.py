"""What delivery costs and when it comes, for pages that only know a product."""

from typing import Any

from django import template
from django.utils import timezone

from catalog.models import Product, StoreSettings
from orders.services.quoting import methods_for
from orders.shipping import promise

register = template.Library()


@register.inclusion_tag("orders/_delivery_promise.html")
def delivery_promise(product: Product, extra_days: int = 0) -> dict[str, Any]:
    """The cheapest way to the shop's own country, with its price and the day it arrives.

    `extra_days` working days pass before the product has come at all.
    """
    settings = StoreSettings.current()
    methods = methods_for(country=str(settings.country), weight_grams=0)
    method = methods[0] if methods else None
    now = timezone.now()
    arrives = (
        promise(method=method, placed_at=now, settings=settings, extra_days=extra_days) if method else None
    )
    today = timezone.localdate()
    return {"product": product, "method": method, "promise": arrives, "shop": settings, "today": today}
