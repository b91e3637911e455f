"""From the saved things into the basket."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from customers.services.wishlists import remove_product
from customers.wishlist_access import find_wishlist, remember
from customers.wishlist_page import saved_things
from ecommerce.lib.errors import DomainError
from orders.access import find_or_open_cart
from orders.services import cart as carts


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a saved thing into the basket and take it off the list. Somebody else's is 404.

    What cannot be had stays on the list, and the page says why.
    """
    wishlist = find_wishlist(request)
    thing = next((thing for thing in saved_things(wishlist) if thing.item.pk == pk), None)
    if wishlist is None or thing is None:
        raise Http404
    if thing.variant is None:
        messages.error(request, thing.words or f"Choose which {thing.name} you would like first.")
        return redirect("wishlist:page")
    try:
        carts.add_line(cart=find_or_open_cart(request), sku=thing.variant.sku, quantity=1)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("wishlist:page")
    remove_product(wishlist=wishlist, product_id=thing.product.pk)
    remember(request, wishlist)
    messages.success(request, f"{thing.variant.full_name} is in your basket.")
    return redirect("orders:cart")
