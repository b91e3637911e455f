"""The pages of the catalogue. They only read: no visitor's GET writes anything."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import front, viewed
from catalog.category_tree import CategoryTree
from catalog.models import Product
from catalog.product_page import build_page
from catalog.services.search import search as find
from catalog.services.search import suggest as find_suggestions
from catalog.shelf import Shelf, build_shelf
from catalog.structured import absolute, describe_product

MAX_QUERY = 200


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page."""
    return render(request, "catalog/home.html", front.build_front())


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    """Everything on the shelf, with filters."""
    shelf = build_shelf(request.GET)
    return _render_shelf(request, "catalog/product_list.html", shelf, children=CategoryTree().top())


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """One category with everything below it, with filters."""
    tree = CategoryTree()
    found = tree.find(slug)
    if found is None:
        raise Http404
    shelf = build_shelf(request.GET, category_ids=tree.branch(found))
    line = tree.line(found.pk)
    trail = [("Everything", reverse("catalog:product_list"))]
    trail += [(row.name, row.get_absolute_url()) for row in line[:-1]] + [(found.name, "")]
    context = {"category": found, "children": tree.children(found), "trail": trail}
    return _render_shelf(request, "catalog/category.html", shelf, **context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was searched for, corrected if need be, with the filters of every shelf."""
    query = " ".join(request.GET.get("q", "").replace("\0", " ")[:MAX_QUERY].split())
    result = find(query)
    context = {"query": query, "result": result}
    if not result.product_ids:
        return render(request, "catalog/search_empty.html", context | front.build_ways_out())
    shelf = build_shelf(request.GET, ranked_ids=result.product_ids)
    return _render_shelf(request, "catalog/search.html", shelf, **context)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """At most eight suggestions for what was typed so far, as a fragment."""
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    categories = front.suggest_categories(query)
    products = find_suggestions(query)[: 8 - len(categories)]
    context = {"query": query, "categories": categories, "products": products}
    return render(request, "catalog/_suggest.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product, with `?variant=SKU` chosen and `?image=` shown."""
    seen = viewed.ids_of(request)
    page = build_page(
        slug, sku=request.GET.get("variant", ""), image=request.GET.get("image", ""), viewed=seen
    )
    trail = _trail(page.product)
    context = {
        "page": page,
        "product": page.product,
        "chosen": page.chosen,
        "trail": trail,
        "canonical": absolute(page.product.get_absolute_url()),
        "structured": describe_product(page, [("Home", reverse("catalog:home")), *trail]),
    }
    response = render(request, "catalog/product.html", context)
    viewed.remember(request, response, page.product.pk)
    return response


def _trail(product: Product) -> list[tuple[str, str]]:
    """The categories above a product, from the top, and the product itself without a link."""
    trail, above = [(product.name, "")], product.category
    while above is not None and len(trail) < 5:
        trail.insert(0, (above.name, above.get_absolute_url()))
        above = above.parent
    return trail


def _render_shelf(request: HttpRequest, template: str, shelf: Shelf, **context: Any) -> HttpResponse:
    number = shelf.page.number
    canonical = absolute(request.path) + (f"?page={number}" if number > 1 else "")
    context |= {"shelf": shelf, "page": shelf.page, "canonical": canonical}
    return render(request, template, context, status=shelf.status)
