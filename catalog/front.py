"""What the front page and the page without results offer."""

from typing import Any

from django.db.models import F

from catalog.category_tree import CategoryTree
from catalog.models import Category, Product

SHELF = 12
ROW = 4
# How many of the best-ranked products are looked at for pictures of the categories.
_WINDOW = 120


def build_front() -> dict[str, Any]:
    """The trio, a tile for each top category, the shelf, what is new and what is on sale."""
    tree = CategoryTree()
    listed = Product.objects.for_listing()
    best = list(listed[:_WINDOW])
    trio = _trio(best)
    return {
        "trio": trio,
        "tiles": _tiles(tree, best, trio),
        "recommended": best[:SHELF],
        "newest": listed.order_by("-created_at", "-pk")[:ROW],
        "on_sale": listed.filter(compare_at__gt=F("price_min"), available__gt=0)[:ROW],
        "total": Product.objects.published().count() if len(best) == _WINDOW else len(best),
    }


def build_ways_out() -> dict[str, Any]:
    """Where to go when nothing was found: the categories, and things many like."""
    return {"children": CategoryTree().top(), "recommended": Product.objects.for_listing()[:ROW]}


def suggest_categories(query: str, *, limit: int = 2) -> list[Category]:
    """Live categories whose name starts with what was typed."""
    if len(query) < 2:
        return []
    found = Category.objects.without_tree_fields().live().filter(name__istartswith=query)
    return list(found[:limit])


def _trio(best: list[Product]) -> list[Product]:
    """Three products that can be bought, of three colours; the best one stands in the middle."""
    shown: list[Product] = []
    for product in best:
        hues = {other.category.hue for other in shown}
        if product.image and product.available and product.category.hue not in hues:
            shown.append(product)
        if len(shown) == 3:
            return [shown[1], shown[0], shown[2]]
    return shown


def _tiles(
    tree: CategoryTree, best: list[Product], trio: list[Product]
) -> list[tuple[Category, Product | None]]:
    """The top categories, each with a product that stands for it; rather none of the trio above."""
    pictures: dict[int, Product] = {}
    for product in [*(one for one in best if one not in trio), *trio]:
        line = tree.line(product.category_id)
        if line and product.image:
            pictures.setdefault(line[0].pk, product)
    return [(category, pictures.get(category.pk)) for category in tree.top()]
