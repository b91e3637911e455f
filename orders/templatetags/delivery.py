"""What delivery costs and when it comes, for pages that know a product or a basket."""

from typing import Any

from django import template
from django.utils import timezone

from catalog.models import Product, StoreSettings
from orders.services.arrival import promise_of
from orders.services.cart_view import CartView
from orders.services.quoting import offers_for
from orders.shipping import promise

register = template.Library()


@register.inclusion_tag("orders/_delivery_promise.html")
def delivery_promise(product: Product, variant: Any) -> dict[str, Any]:
    """The cheapest parcel with one `variant` (its price and weight_grams count) to the shop's own
    country, what it costs and when it arrives; and where it can be collected."""
    settings = StoreSettings.current()
    country = str(settings.country)
    offered = offers_for(
        country=country, weight_grams=variant.weight_grams, subtotal=variant.price, quantity=1
    )
    method = next((offer for offer in offered if not offer.is_collect), None)
    collect = next((offer for offer in offered if offer.is_collect), None)
    now = timezone.now()
    arrives = None
    if method:
        arrives = promise(
            method=method,
            placed_at=now,
            settings=settings,
            country=country,
            extra_days=variant.extra_days,
        )
    return {
        "product": product,
        "method": method,
        "collect": collect,
        "promise": arrives,
        "today": timezone.localdate(),
    }


@register.inclusion_tag("orders/_arrival.html")
def arrival(view: CartView) -> dict[str, Any]:
    """When the basket would come if it were ordered now; nothing while nothing can be delivered."""
    method = view.method
    arrives = promise_of(view, method=method, now=timezone.now()) if method else None
    return {"view": view, "method": method, "promise": arrives}
