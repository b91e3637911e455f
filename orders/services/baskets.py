"""Carts for programs: opened with their first thing, or made of a list of things."""

from collections.abc import Iterable
from typing import Any

from catalog.models import Variant
from catalog.services.choosing import choose_sku
from ecommerce.lib.errors import NotFound
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, CartLine
from orders.services.cart import add_coupon, add_line, open_cart, remove_line, set_line


def find_sku(*, product_id: int | None, sku: str = "") -> str:
    """The SKU that a program means by a product's id, a SKU, or both.

    Raises NotFound when no such product is sold or the SKU is another product's, and VariantNeeded
    when the product has several.
    """
    if product_id is None:
        return sku
    skus = list(Variant.objects.live().filter(product_id=product_id).values_list("sku", flat=True)[:100])
    chosen = choose_sku(skus, sku)
    if not chosen:
        raise NotFound(
            "We do not sell this any more.", code="unknown_product", field="sku" if skus else "product_id"
        )
    return chosen


@retrying_atomic
def add_to_cart(*, cart: Cart | None, customer: Any, sku: str, quantity: int) -> CartLine:
    """Add to `cart`, or to one opened for it; when it cannot be added, none is opened."""
    return add_line(cart=cart or open_cart(customer=customer), sku=sku, quantity=quantity)


@retrying_atomic
def set_in_cart(*, cart: Cart | None, customer: Any, sku: str, quantity: int) -> CartLine:
    """Have `cart`, or one opened for it, hold exactly so many; the same rule as above."""
    return set_line(cart=cart or open_cart(customer=customer), sku=sku, quantity=quantity)


def remove_from_cart(*, cart: Cart, product_id: int, sku: str = "") -> None:
    """Take a product out of the cart, sold or not; when it is not in it, nothing changes.

    Raises VariantNeeded when several of its variants are in the cart and no `sku` says which.
    """
    found = cart.lines.filter(variant__product_id=product_id).select_related("cart", "variant")
    lines = {line.variant.sku: line for line in found}
    if lines and (chosen := choose_sku(list(lines), sku)):
        remove_line(line=lines[chosen])


@retrying_atomic
def add_code_to_cart(*, cart: Cart | None, customer: Any, code: str) -> Cart:
    """Put a discount code into `cart`, or into one opened for it; the same rule as above."""
    cart = cart or open_cart(customer=customer)
    add_coupon(cart=cart, code=code)
    return cart


@retrying_atomic
def cart_of_items(*, items: Iterable[tuple[str, int]], customer: Any = None) -> Cart:
    """A cart of its own for (SKU, quantity) pairs that are ordered at once.

    The customer's open cart stays as it is. Raises what `add_line` raises.
    """
    cart = Cart.objects.create(customer=customer, email=(customer.email or "") if customer else "")
    for sku, quantity in items:
        add_line(cart=cart, sku=sku, quantity=quantity)
    return cart
