"""Saved things: the hearts, the page, and the link for others."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from catalog import viewed
from catalog.models import Product
from customers.models import User
from customers.services import wishlists
from customers.wishlist_access import find_wishlist, remember, shared_wishlist
from customers.wishlist_page import saved_things
from ecommerce.lib.errors import DomainError


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What this visitor has saved; a guest's list is found by their session."""
    wishlist = find_wishlist(request)
    is_customer = request.user.is_authenticated
    context = {
        "layout": "customers/base.html" if is_customer else "customers/base_guest.html",
        "wishlist": wishlist,
        "things": saved_things(wishlist),
        "viewed": viewed.products_of(request),
        "share_url": _share_url(request, wishlist.share_token) if wishlist and wishlist.share_token else "",
    }
    return render(request, "customers/wishlist.html", context)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Save a product, or take it out, as the pressed button says; then back to where it was."""
    wishlist = find_wishlist(request)
    if "remove" in request.POST:
        return _remove(request, wishlist, _product_id(request, "remove"))
    customer = request.user if isinstance(request.user, User) else None
    product_id = _product_id(request, "save")
    sku = request.POST.get(f"variant-{product_id}", "")[:64]
    try:
        wishlist, product = wishlists.save_product(
            wishlist=wishlist, customer=customer, product_id=product_id, sku=sku
        )
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    remember(request, wishlist)
    messages.success(request, f"{product.name} is saved for later.")
    return _back(request, anchor=f"heart-{product_id}")


def _remove(request: HttpRequest, wishlist: Any, product_id: int) -> HttpResponse:
    name = wishlists.remove_product(wishlist=wishlist, product_id=product_id) if wishlist else ""
    if name:
        remember(request, wishlist)
        messages.success(request, f"{name} is no longer saved.")
    return _back(request, anchor=f"heart-{product_id}")


@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Make the link with which others can look at the list."""
    if wishlist := find_wishlist(request):
        wishlists.share(wishlist=wishlist)
        messages.success(request, "Whoever has the link can now look at your list.")
    return redirect("wishlist:page")


@require_POST
def stop_sharing(request: HttpRequest) -> HttpResponse:
    """The link leads nowhere from now on."""
    if wishlist := find_wishlist(request):
        wishlists.stop_sharing(wishlist=wishlist)
        messages.success(request, "The link no longer works.")
    return redirect("wishlist:page")


@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody's list, for whoever holds its link; to look at, with nothing about its owner."""
    ids = wishlists.product_ids_of(shared_wishlist(token))
    found = Product.objects.for_listing().in_bulk(ids)
    products = [found[pk] for pk in ids if pk in found]
    return render(request, "customers/wishlist_shared.html", {"products": products})


def _product_id(request: HttpRequest, name: str) -> int:
    """The product that the pressed button names. Raises Http404 for what can be none."""
    sent = request.POST.get(name, "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 19):
        raise Http404
    return int(sent)


def _share_url(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("wishlist:shared", args=[token]))


def _back(request: HttpRequest, *, anchor: str = "") -> HttpResponse:
    """The page of this shop that the button was on, at the button; or the list."""
    target = request.POST.get("next", "")
    if not target or not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return redirect("wishlist:page")
    return redirect(f"{target.partition('#')[0]}#{anchor}" if anchor else target)
