"""What this browser looked at lately: the products' numbers in a cookie, and nowhere else.

A page that is only looked at writes nothing on the server. The cookie ends with the browser, and a
browser that asks not to be followed (Global Privacy Control) gets none.
"""

from collections.abc import Iterable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from catalog.models import Product

MAX_KEPT = 12
SHOWN = 4


def ids_of(request: HttpRequest) -> list[int]:
    """The products that were looked at, the newest first. What is no number is passed over."""
    return merged(_numbers(request.COOKIES.get(settings.VIEWED_COOKIE_NAME, "")))


def merged(*lists: Iterable[int]) -> list[int]:
    """One list of several, each product once, where it stood first; cut to `MAX_KEPT`."""
    return list(dict.fromkeys(pk for ids in lists for pk in ids))[:MAX_KEPT]


def remember(request: HttpRequest, response: HttpResponse, product_id: int) -> None:
    """Have the browser put this product in front."""
    if request.headers.get("Sec-GPC") != "1":
        write(response, merged([product_id], ids_of(request)))


def write(response: HttpResponse, ids: list[int]) -> None:
    """Have the browser keep exactly these; none at all takes the cookie away."""
    if ids:
        value = ".".join(map(str, ids))
        response.set_cookie(
            settings.VIEWED_COOKIE_NAME, value, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    else:
        response.set_cookie(
            settings.VIEWED_COOKIE_NAME, "", max_age=0, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )


def products_of(request: HttpRequest) -> list[Product]:
    """Those that are still on the shelf, in that order, in one query; none without a cookie."""
    ids = ids_of(request)
    found = Product.objects.for_listing().in_bulk(ids) if ids else {}
    return [found[pk] for pk in ids if pk in found]


def _numbers(value: str) -> Iterable[int]:
    for part in value[:300].split("."):
        if part.isascii() and part.isdecimal() and len(part) < 19:
            yield int(part)
