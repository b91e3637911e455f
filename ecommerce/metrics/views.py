"""`/metrics`: for who holds the token, or, in a shop without one, for programs on the same machine."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from ecommerce.metrics.processes import all_counts
from ecommerce.metrics.shop import ShopCollector

# Signs that somebody else asked, and the address is that of a proxy on this machine.
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
_SHOP = CollectorRegistry(auto_describe=False)
_SHOP.register(ShopCollector())


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All numbers as text. Whoever may not read them learns not even that they are there."""
    if not _may_read(request):
        return HttpResponseNotFound()
    return HttpResponse(
        generate_latest(all_counts()) + generate_latest(_SHOP), content_type=CONTENT_TYPE_LATEST
    )


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return kind.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return _is_behind_nothing(request) and _is_this_machine(request.META.get("REMOTE_ADDR", ""))


def _is_behind_nothing(request: HttpRequest) -> bool:
    """Behind a proxy on the same machine everybody comes from it, so then only a token lets in. A shop
    under https has one, because its own server speaks plain http."""
    expected = settings.HTTPS or settings.SECURE_PROXY_SSL_HEADER or settings.ALLAUTH_TRUSTED_PROXY_COUNT
    return not expected and not any(name in request.headers for name in _FORWARDED)


def _is_this_machine(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback
