"""The categories in the header of every page."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest

from catalog.models import Category

CACHE_KEY = "navigation"


def navigation(request: HttpRequest) -> dict[str, Any]:
    """`navigation`: the top-level categories, read when a template asks, cached for a minute."""
    return {"navigation": _navigation}


def _navigation() -> list[Category]:
    found = cache.get(CACHE_KEY)
    if found is None:
        found = list(Category.objects.without_tree_fields().live().filter(parent=None, store=None))
        cache.set(CACHE_KEY, found, 60)
    return found
