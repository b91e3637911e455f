"""Who may see which cart and which order. Every view goes through here."""

from django.core import signing
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest

from orders.models import Cart, Order, Return
from orders.services import cart as carts

SESSION_KEY = "cart"
_SALT = "orders.cart"
_DAY_SECONDS = 24 * 60 * 60


def find_cart(request: HttpRequest) -> Cart | None:
    """The visitor's open cart with the `count` of its things, or None.

    Writes nothing, opens no session, and asks the database once in a request.

    A customer's cart is found by who they are, a guest's by the token in the session. A token
    whose cart belongs to a customer finds nothing: only that customer gets it.
    """
    if not hasattr(request, "_found_cart"):
        request._found_cart = _look_up(request)  # type: ignore[attr-defined]
    return request._found_cart  # type: ignore[attr-defined, no-any-return]


def _look_up(request: HttpRequest) -> Cart | None:
    counted = Cart.objects.open().annotate(count=Coalesce(Sum("lines__quantity"), 0))
    if request.user.is_authenticated:
        return counted.filter(open_for=request.user.pk).first()
    token = request.session.get(SESSION_KEY)
    return counted.filter(token=token, customer=None).first() if token else None


def forget_cart(request: HttpRequest) -> None:
    """Have the cart read anew from here on, because it has just changed."""
    request.__dict__.pop("_found_cart", None)


def find_or_open_cart(request: HttpRequest) -> Cart:
    """The visitor's open cart, opened now when there is none; only for requests that write."""
    cart = find_cart(request)
    if cart is None:
        customer = request.user if request.user.is_authenticated else None
        cart = carts.open_cart(customer=customer)
        if customer is None:
            request.session[SESSION_KEY] = cart.token
        forget_cart(request)
    return cart


def sign_cart(cart: Cart) -> str:
    """A value for a hidden field, with which a guest's form survives the end of its session."""
    return signing.dumps(cart.token, salt=_SALT)


def restore_cart(request: HttpRequest, signed: str) -> Cart | None:
    """The guest's cart named by a form's hidden field, put back into the session.

    Returns None when the value is forged, older than a day, or names a customer's cart.
    """
    try:
        token = signing.loads(signed, salt=_SALT, max_age=_DAY_SECONDS)
    except signing.BadSignature:
        return None
    cart = Cart.objects.open().filter(token=token, customer=None).first()
    if cart is not None and not request.user.is_authenticated:
        request.session[SESSION_KEY] = cart.token
        forget_cart(request)
        return cart
    return None


def cart_of_form(request: HttpRequest) -> Cart | None:
    """The cart that the form with a signed `basket` was shown for, even if it is ordered by now.

    That is what makes a second "Pay" lead to the first one's order. A customer's cart is only
    that customer's; a guest's is found by the signature alone, also after its session ended.
    """
    try:
        token = signing.loads(request.POST.get("basket", ""), salt=_SALT, max_age=_DAY_SECONDS)
    except signing.BadSignature:
        return find_cart(request)
    cart = Cart.objects.filter(token=token).exclude(status=Cart.Status.MERGED).first()
    if cart is None or cart.customer_id not in (None, request.user.pk):
        return find_cart(request)
    return cart


def order_for_token(token: str) -> Order:
    """The order whose link the visitor holds. Raises Http404 when there is none."""
    order = Order.objects.with_token(token).first()
    if order is None:
        raise Http404
    return order


def order_for_customer(request: HttpRequest, number: str) -> Order:
    """The signed-in customer's own order. Raises Http404 for unknown and for other people's."""
    order = Order.objects.for_customer(request.user).filter(number=number.upper()).first()
    if order is None:
        raise Http404
    return order


def return_for_token(token: str, number: str) -> Return:
    """A return of the order whose link the visitor holds. Raises Http404 for any other."""
    found = Return.objects.select_related("order").filter(order__token=token, number=number.upper()).first()
    if found is None or found.order.is_deleted:
        raise Http404
    return found
