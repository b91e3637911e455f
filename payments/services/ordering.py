"""Orders in one step, for programs: what the pages ask one by one comes all at once."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, Order
from orders.services.baskets import cart_of_items
from orders.services.cart import add_coupon, view_cart
from orders.services.cart_view import CartView
from orders.services.checkout import CartChanged, require_orderable, save_answers
from orders.services.events import record
from orders.shipping import Offer
from orders.vat_numbers import check, normalise
from payments import gateways
from payments.models import Payment
from payments.services.cart_gift_cards import use_card, use_credit
from payments.services.drafts import place_by_link
from payments.services.orders import place_and_pay

# Not a way to pay: whoever gets the link chooses one.
BY_LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be ordered: (SKU, quantity) `items`, or without them what is in `cart`.

    Without `shipping_method` and `payment_method` the cart's own answers count, then the cheapest
    delivery and the first way to pay. `payment_method` BY_LINK: the customer is sent a link and
    chooses there. `confirmed_total` is only compared. `vat_number` None: the
    cart's own. `gift_cards` are codes of cards that pay beside those kept with the cart.
    """

    email: str
    shipping_address: PostalAddress
    billing_address: PostalAddress | None = None
    items: list[tuple[str, int]] | None = None
    cart: Cart | None = None
    shipping_method: str = ""
    payment_method: str = ""
    coupon: str = ""
    note: str = ""
    vat_number: str | None = None
    confirmed_total: Decimal | None = None
    gift_cards: tuple[str, ...] = ()
    use_store_credit: bool = False


@retrying_atomic
def order_at_once(*, wish: Wish, customer: Any = None, actor: Any = None) -> tuple[Order, Payment | None]:
    """Place `wish` for `customer` (None: a guest) and open its payment; all of it or nothing.

    `actor` is the member of staff who orders for somebody else. A cart that has become an order
    returns that order. Raises what `place_and_pay` and the cart's services raise, CartChanged
    (`price_changed`) for a cart whose prices changed when no total was confirmed,
    `coupon_not_applied` for a `coupon` that takes nothing off, and what `use_card` and `use_credit`
    raise for cards that cannot pay.
    """
    if wish.items is not None:
        cart = cart_of_items(items=wish.items, customer=customer)
    elif wish.cart is not None:
        cart = Cart.objects.select_for_update().get(pk=wish.cart.pk)
    else:
        raise CartChanged("Your basket is empty.", code="cart_empty")
    if placed := Order.objects.filter(cart=cart).first():
        return placed, Payment.objects.filter(live_for=placed.pk).order_by("-part").first()
    cart = _answer(cart, wish, by_staff=actor is not None)
    _put_cards_in(cart, wish, customer)
    order, payment = _place(cart, wish, customer)
    if actor is not None:
        message = f"Placed by {actor.get_full_name()} for the customer"
        record(order=order, kind="placed_by_staff", message=message[:300], actor=actor, is_public=False)
    return order, payment


def _put_cards_in(cart: Cart, wish: Wish, customer: Any) -> None:
    if wish.payment_method == BY_LINK and (wish.gift_cards or wish.use_store_credit):
        raise BadInput("Gift cards pay when an order is placed, not by a link.", field="gift_cards")
    for code in wish.gift_cards:
        try:
            use_card(cart=cart, code=code)
        except DomainError as error:
            error.field = "gift_cards" if error.field == "code" else error.field
            raise
    if wish.use_store_credit:
        use_credit(cart=cart, customer=customer)


def _place(cart: Cart, wish: Wish, customer: Any) -> tuple[Order, Payment | None]:
    if wish.payment_method == BY_LINK:
        return place_by_link(cart=cart, customer=customer, confirmed_total=wish.confirmed_total), None
    return place_and_pay(
        cart=cart,
        customer=customer,
        confirmed_total=wish.confirmed_total,
        payment_method=cart.payment_method,
    )


def _answer(cart: Cart, wish: Wish, *, by_staff: bool) -> Cart:
    """Fill in the checkout's answers the way its pages do, after checking what was asked for."""
    cart = save_answers(
        cart=cart,
        email=wish.email,
        shipping_address=wish.shipping_address,
        billing_address=wish.billing_address,
        note=wish.note or cart.note,
        vat_number=_vat_number(cart, wish),
    )
    coupon = add_coupon(cart=cart, code=wish.coupon, by_staff=by_staff) if wish.coupon else None
    view = view_cart(cart)
    require_orderable(view)
    _require_known_prices(view, wish.confirmed_total)
    if coupon is not None and coupon.discount_id not in {found.id for found in view.quote.discounts}:
        words = [problem.message for problem in view.problems if problem.code == "coupon_not_applied"]
        raise DomainError(" ".join(words), code="coupon_not_applied", field="coupon")
    by_link = wish.payment_method == BY_LINK
    return save_answers(
        cart=cart,
        shipping_method=_method(view, wish.shipping_method).code,
        payment_method="" if by_link else wish.payment_method or _usual_way_to_pay(cart.payment_method),
    )


def _vat_number(cart: Cart, wish: Wish) -> str:
    """The number sent, or the cart's own. Raises BadInput (`vat_number`) for one that is wrong
    where the order goes."""
    number = cart.vat_number if wish.vat_number is None else normalise(wish.vat_number)
    address = wish.shipping_address
    if number and (problem := check(number, address.country, address.postal_code)):
        raise BadInput(f"{problem}.", field="vat_number", code="vat_number")
    return number


def _require_known_prices(view: CartView, confirmed_total: Decimal | None) -> None:
    """Prices that changed since they were last shown are only paid by who confirms the total."""
    changed = [problem for problem in view.problems if problem.code == "price_changed"]
    if changed and confirmed_total is None:
        words = " ".join(problem.message for problem in changed)
        raise CartChanged(
            f"{words} The total is now {format_money(view.quote.total)}.",
            code="price_changed",
            data={"total": view.quote.total},
        )


def _method(view: CartView, code: str) -> Offer:
    """The delivery asked for, else the cart's own or the cheapest parcel. Raises BadInput for another."""
    for method in view.methods:
        if method.code == code:
            return method
    if view.method is None:
        raise BadInput(
            f"We do not deliver this to {view.destination}.",
            field="shipping_address",
            code="delivery_unavailable",
            data={"offered": [method.code for method in view.methods]},
        )
    if not code:
        return view.method
    raise BadInput(
        "This way of delivery is not offered for the order.",
        field="shipping_method",
        code="delivery_unavailable",
        data={"offered": [method.code for method in view.methods]},
    )


def _usual_way_to_pay(code: str) -> str:
    """The cart's own answer while it is offered, otherwise the first way to pay."""
    codes = [gateway.code for gateway in gateways.offered()]
    return code if code in codes else next(iter(codes), "")
