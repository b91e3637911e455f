"""The number beside "Basket" on every page."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from orders.access import find_cart


def cart(request: HttpRequest) -> dict[str, Any]:
    """`cart_count`: how many things are in the visitor's cart; one query, none without one."""
    return {"cart_count": SimpleLazyObject(lambda: _count(request))}


def _count(request: HttpRequest) -> int:
    found = find_cart(request)
    return found.count if found else 0  # type: ignore[attr-defined]
