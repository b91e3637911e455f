"""The category tree as numbers, for code that only asks who is below whom."""

from django.core.cache import cache

from catalog.models import Category

CACHE_KEY = "category-ancestors"


def category_ancestors() -> dict[int, frozenset[int]]:
    """Each category's id -> the ids of itself and of every category above it.

    Cached for a minute: the tree is small and changes rarely.
    """
    found = cache.get(CACHE_KEY)
    if found is None:
        parents = dict(Category.all_objects.without_tree_fields().order_by().values_list("pk", "parent_id"))
        found = {pk: _line(pk, parents) for pk in parents}
        cache.set(CACHE_KEY, found, 60)
    return found


def _line(pk: int, parents: dict[int, int | None]) -> frozenset[int]:
    line: set[int] = set()
    current: int | None = pk
    while current is not None and current not in line:
        line.add(current)
        current = parents.get(current)
    return frozenset(line)
