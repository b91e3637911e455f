"""What search engines read: schema.org data, written so that no text can end its script."""

import json
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.safestring import SafeString, mark_safe

from catalog.product_page import Offer, ProductPage

# The same escapes as Django's json_script: "</script>" cannot occur in what comes out.
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def absolute(path: str) -> str:
    """`path` under the shop's own address, never under what the Host header says."""
    return path if path.startswith("http") else f"{settings.SITE_URL}{path}"


def to_json_ld(data: Any) -> SafeString:
    """`data` as JSON that may stand inside a `<script>`."""
    return mark_safe(json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))


def describe_product(page: ProductPage, trail: list[tuple[str, str]]) -> SafeString:
    """Product with its offers and rating, and the breadcrumbs."""
    product = page.product
    address = absolute(product.get_absolute_url())
    described: dict[str, Any] = {
        "@type": "Product",
        "@id": f"{address}#product",
        "name": product.name,
        "description": product.summary or product.description[:300],
        "url": address,
        "image": [absolute(default_storage.url(f"{image.stem}-960.webp")) for image in page.images],
        "brand": {"@type": "Brand", "name": product.store.name},
        "offers": [
            {
                "@type": "Offer",
                "sku": offer.sku,
                "price": f"{offer.price:.2f}",
                "priceCurrency": settings.SHOP_CURRENCY,
                "availability": f"https://schema.org/{_availability(offer)}",
                "itemCondition": "https://schema.org/NewCondition",
                "url": absolute(offer.url),
            }
            for offer in page.offers
        ],
    }
    if page.chosen:
        described["sku"] = page.chosen.sku
    if product.review_count:
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": f"{product.rating:.1f}",
            "reviewCount": product.review_count,
        }
    return to_json_ld({"@context": "https://schema.org", "@graph": [described, describe_trail(trail)]})


def _availability(offer: Offer) -> str:
    if offer.is_sold_out:
        return "OutOfStock"
    return "BackOrder" if offer.is_backorder else "InStock"


def describe_trail(trail: list[tuple[str, str]]) -> dict[str, Any]:
    """schema.org's BreadcrumbList for `(label, url)` pairs from the top."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": label}
            | ({"item": absolute(url)} if url else {})
            for position, (label, url) in enumerate(trail, start=1)
        ],
    }
