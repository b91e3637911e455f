"""The cart: everything that changes it. Prices stay live until the order is placed."""

import re
from typing import Any

from django.utils import timezone

from catalog.models import Variant
from catalog.services import inventory
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.transactions import retrying_atomic
from orders.merging import take_along
from orders.models import Cart, CartCoupon, CartLine, Order
from orders.models.cart import MAX_QUANTITY
from orders.models.discount import normalise_code
from orders.services import holding
from orders.services.cart_view import CartView, hold_references, is_buyable, is_sold, rows_of, view_cart
from orders.services.coupons import put_coupon

__all__ = ["CartView", "view_cart"]


def open_cart(*, customer: Any = None) -> Cart:
    """Return the customer's open cart, or a new one; a guest always gets a new one."""
    if customer is None:
        return Cart.objects.create()
    cart, _ = Cart.objects.get_or_create(
        open_for=customer.pk, defaults={"customer": customer, "email": customer.email or ""}
    )
    return cart


def parse_quantity(text: str, *, lowest: int = 1) -> int:
    """Read what a person typed as a number of pieces.

    Raises BadInput in the shopper's words for anything but `lowest` to 999 in digits 0-9.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise BadInput("Enter how many as a whole number, such as 2.", field="quantity", code="bad_quantity")
    number = int(text)
    if not lowest <= number <= MAX_QUANTITY:
        raise BadInput(
            f"Enter a number from {lowest} to {MAX_QUANTITY}.", field="quantity", code="bad_quantity"
        )
    return number


@retrying_atomic
def add_line(*, cart: Cart, sku: str, quantity: int) -> CartLine:
    """Put `quantity` more of a variant into the cart; what is there already is added to.

    Raises NotFound for a SKU that is not sold, and OutOfStock-coded DomainError when the cart
    would hold more than is left; the cart is then unchanged.
    """
    _lock_open(cart)
    variant = sellable_variant(sku)
    line = CartLine.objects.filter(cart=cart, variant=variant).first()
    total = quantity + (line.quantity if line else 0)
    check_stock(variant, total, already=line.quantity if line else 0, cart=cart)
    return _put(cart, variant, total)


@retrying_atomic
def set_line(*, cart: Cart, sku: str, quantity: int) -> CartLine:
    """Have the cart hold exactly `quantity` (1 or more) of a variant, whether it is in it already or not.

    Raises what `add_line` raises; the cart is then unchanged.
    """
    _lock_open(cart)
    variant = sellable_variant(sku)
    check_stock(variant, quantity, cart=cart)
    return _put(cart, variant, quantity)


@retrying_atomic
def change_line(*, line: CartLine, quantity: int) -> CartLine | None:
    """Make a line hold exactly `quantity`; 0 removes it and returns None."""
    _lock_open(line.cart)
    if quantity == 0:
        remove_line(line=line)
        return None
    variant = sellable_variant(line.variant.sku)
    check_stock(variant, quantity, cart=line.cart)
    CartLine.objects.filter(pk=line.pk).update(quantity=quantity, seen_price=variant.price)
    holding.adjust_hold(cart=line.cart)
    _touch(line.cart)
    line.refresh_from_db()
    return line


def add_again(*, cart: Cart, order: Order) -> tuple[int, list[str]]:
    """Put an old order's things into the cart, as far as they can be had.

    Returns how many lines went in, and in words what did not.
    """
    added, problems = 0, []
    for line in order.lines.select_related("variant").order_by("pk"):
        try:
            add_line(cart=cart, sku=line.variant.sku, quantity=line.quantity)
            added += 1
        except NotFound:
            problems.append(f"We no longer sell {line.full_name}.")
        except DomainError as error:
            problems.append(error.message)
    return added, problems


@retrying_atomic
def remove_line(*, line: CartLine) -> None:
    """Take a line out; repeating does nothing."""
    cart = Cart.objects.select_for_update().get(pk=line.cart_id)
    if CartLine.objects.filter(pk=line.pk, cart__status__in=Cart.EDITABLE).delete()[0]:
        holding.adjust_hold(cart=cart)
    _touch(line.cart)


def drop_unsold(*, view: CartView) -> None:
    """Take out what `view` names as no longer sold, because its reader has been told."""
    gone = [problem.line for problem in view.problems if problem.code == "unavailable" and problem.line]
    for line in CartLine.objects.filter(pk__in=gone).select_related("cart"):
        remove_line(line=line)


@retrying_atomic
def clear_cart(*, cart: Cart) -> None:
    """Take everything out, codes included; nothing is kept for the shopper any more."""
    if Cart.objects.select_for_update().get(pk=cart.pk).status in Cart.EDITABLE:
        holding.drop_hold(cart=cart)
    CartLine.objects.filter(cart=cart, cart__status__in=Cart.EDITABLE).delete()
    CartCoupon.objects.filter(cart=cart, cart__status__in=Cart.EDITABLE).delete()


def sellable_variant(sku: str) -> Variant:
    """The variant with this SKU, if shoppers may buy it now. Raises NotFound otherwise."""
    found = Variant.objects.live().select_related("product__category", "image").filter(sku=sku).first()
    if found is None or not is_sold(found.product):
        raise NotFound("We do not sell this any more.", code="unknown_product")
    return found


def find_variant(sku: str) -> Variant | None:
    """The variant with this SKU for showing its name, sold or not; None when unknown."""
    if not sku:
        return None
    return Variant.objects.select_related("product__category", "image").filter(sku=sku).first()


def check_stock(variant: Variant, quantity: int, *, already: int = 0, cart: Cart | None = None) -> None:
    """Raise an `out_of_stock` DomainError, in words, when fewer than `quantity` can be had.

    What `cart` holds itself does not stand in its way.
    """
    free = inventory.level_of(variant.pk, own=hold_references(cart) if cart else ()).total
    if quantity <= free:
        if quantity > MAX_QUANTITY:
            raise BadInput(f"We sell at most {MAX_QUANTITY} of one thing in an order.", field="quantity")
        return
    name = variant.full_name
    if free == 0:
        words = f"Sorry, {name} is sold out."
    elif already:
        words = f"Sorry, only {free} of {name} left, and you have {already} in your basket."
    else:
        words = f"Sorry, only {free} of {name} left."
    raise DomainError(
        words, code="out_of_stock", field="quantity", data={"sku": variant.sku, "available": free}
    )


@retrying_atomic
def add_coupon(*, cart: Cart, code: str, by_staff: bool = False) -> CartCoupon:
    """Put a discount code into the cart; the same code again changes nothing.

    `by_staff`: a member of staff enters it for the shopper. Raises a `coupon_…`-coded
    DomainError when the code cannot be used. Codes that never existed, are over, are not open
    yet, are used up or are for others get the same words: guessing codes should not tell them
    apart.
    """
    cart = _lock_open(cart)
    if not normalise_code(code):
        raise BadInput("Enter a discount code.", field="code", code="coupon_missing")
    coupon = put_coupon(cart=cart, code=code, by_staff=by_staff)
    _touch(cart)
    return coupon


def remove_coupon(*, coupon: CartCoupon) -> None:
    CartCoupon.objects.filter(pk=coupon.pk, cart__status__in=Cart.EDITABLE).delete()


@retrying_atomic
def accept_changes(*, cart: Cart) -> None:
    """The shopper has seen what changed and goes on: keep the prices and quantities shown.

    Lines lowered to what is left are lowered for good; things no longer sold are dropped.
    """
    _lock_open(cart)
    for line in rows_of(cart):
        left = line.free if is_buyable(line) else 0
        if left <= 0:
            CartLine.objects.filter(pk=line.pk).delete()
        elif line.quantity > left or line.seen_price != line.variant.price:
            CartLine.objects.filter(pk=line.pk).update(
                quantity=min(line.quantity, left), seen_price=line.variant.price
            )
    holding.adjust_hold(cart=cart)


@retrying_atomic
def merge_carts(*, guest: Cart, customer: Any, told: list[str] | None = None) -> Cart:
    """Move a guest's cart into the customer's: quantities added, capped at what is in stock.

    What the cap took away is put into `told`, in the shopper's words.
    Answers the guest has typed in the checkout fill the gaps of the customer's. A cart that
    belongs to somebody, or is closed, is left alone.
    """
    target = open_cart(customer=customer)
    carts = {
        row.pk: row
        for row in Cart.objects.select_for_update().filter(pk__in=[guest.pk, target.pk]).order_by("pk")
    }
    guest = carts[guest.pk]
    if guest.customer_id is not None or guest.status != Cart.Status.OPEN:
        return target
    mine = {line.variant_id: line for line in target.lines.all()}
    for line in rows_of(guest, target):
        have = mine.get(line.variant_id)
        wanted = line.quantity + (have.quantity if have else 0)
        total = min(wanted, max(line.free, 0), MAX_QUANTITY)
        if told is not None and total < wanted:
            told.append(_capped_words(line.variant.full_name, wanted, total))
        if total:
            CartLine.objects.update_or_create(
                cart=target,
                variant=line.variant,
                defaults={"quantity": total, "seen_price": line.seen_price},
            )
    for coupon in guest.coupons.all():
        CartCoupon.objects.get_or_create(
            cart=target,
            discount_id=coupon.discount_id,
            defaults={"code_id": coupon.code_id, "by_staff": coupon.by_staff},
        )
    answers = (
        "shipping_address",
        "billing_address",
        "shipping_method",
        "payment_method",
        "note",
        "vat_number",
    )
    for name in answers:
        if not getattr(target, name):
            setattr(target, name, getattr(guest, name))
    target.save()
    holding.take_over(guest=guest, target=target)
    take_along(guest, target)
    Cart.objects.filter(pk=guest.pk).update(status=Cart.Status.MERGED)
    return target


def _capped_words(name: str, wanted: int, total: int) -> str:
    if total == 0:
        return f"Sorry, {name} is sold out, so it did not come along into your basket."
    why = f"only {total} of {name} left" if total < MAX_QUANTITY else f"we sell at most {total} of {name}"
    return f"Sorry, {why}. Your two baskets had {wanted} together."


def _lock_open(cart: Cart) -> Cart:
    """Lock the cart's row. Raises `cart_closed` when it has become an order meanwhile."""
    locked = Cart.objects.select_for_update().get(pk=cart.pk)
    if locked.status not in Cart.EDITABLE:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    return locked


def _put(cart: Cart, variant: Variant, quantity: int) -> CartLine:
    """Write a line of a locked cart, at the price of the moment."""
    line, _ = CartLine.objects.update_or_create(
        cart=cart, variant=variant, defaults={"quantity": quantity, "seen_price": variant.price}
    )
    holding.adjust_hold(cart=cart)
    _touch(cart)
    return line


def _touch(cart: Cart) -> None:
    Cart.objects.filter(pk=cart.pk).update(modified_at=timezone.now())
