"""sitemap.xml and robots.txt: what search engines may read, and where it is."""

from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog.models import Category, Product
from catalog.structured import absolute

# The protocol allows 50,000 addresses in one file.
PER_FILE = 20_000
_CLOSED = ("/admin/", "/account/", "/cart/", "/checkout/", "/orders/", "/pay/", "/search/", "/api/")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The list of sitemap files: one for pages and categories, then one for every 20,000 products."""
    count = Product.objects.published().count()
    files = 1 + -(-count // PER_FILE)
    addresses = [absolute(reverse("catalog:sitemap_file", args=[number])) for number in range(files)]
    return _xml("catalog/sitemap_index.xml", addresses)


@require_safe
def file(request: HttpRequest, number: int) -> HttpResponse:
    """One file of addresses; a number beyond the last one is 404."""
    if number == 0:
        return _xml("catalog/sitemap.xml", _fixed())
    start = (number - 1) * PER_FILE
    rows = Product.objects.published().order_by("pk").values_list("slug", "modified_at")
    products = rows[start : start + PER_FILE]
    addresses = [(absolute(reverse("catalog:product", args=[slug])), changed) for slug, changed in products]
    if not addresses and number > 1:
        raise Http404
    return _xml("catalog/sitemap.xml", addresses)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read: everything but what is personal or endless."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('catalog:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def _fixed() -> list[tuple[str, object]]:
    pages: list[tuple[str, object]] = [
        (absolute(reverse("catalog:home")), None),
        (absolute(reverse("catalog:product_list")), None),
    ]
    categories = Category.objects.without_tree_fields().live()
    return pages + [(absolute(row.get_absolute_url()), row.modified_at) for row in categories]


def _xml(template: str, addresses: Iterable[object]) -> HttpResponse:
    content = render_to_string(template, {"addresses": addresses})
    return HttpResponse(content, content_type="application/xml")
