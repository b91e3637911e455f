"""Whose cart and whose orders a caller of the API gets. Every view goes through here."""

from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from customers.access import signed_in
from ecommerce.lib.errors import NotFound
from orders.models import Cart, CartLine, Order
from orders.services.cart import merge_carts

CART_HEADER = "X-Cart-Token"
SEE_ORDERS = "orders.view_order"
CHANGE_ORDERS = "orders.change_order"
PACK_ORDERS = "orders.pack_order"
SEE_AMOUNTS = "orders.see_order_amounts"


def customer_of(request: Request) -> Any:
    """The signed-in person, or None for a guest."""
    return request.user if request.user.is_authenticated else None


def is_staff(user: Any, permission: str) -> bool:
    """Whether a person works here and has a permission, such as `orders.view_order`."""
    return user.is_authenticated and user.is_staff and user.has_perm(permission)


def sees_all_orders(user: Any) -> bool:
    """Whether a person works here and may see every order with its amounts, as the API tells them."""
    return is_staff(user, SEE_ORDERS) and is_staff(user, SEE_AMOUNTS)


def cart_of(request: Request) -> Cart | None:
    """The customer's own open cart, or the guest's with the token sent; None before there is one.

    Raises NotFound (`unknown_cart`) for a token of no open cart, or of a customer's: only that
    customer gets it.
    """
    if request.user.is_authenticated:
        mine = Cart.objects.open().select_related("customer")
        return mine.filter(open_for=request.user.pk).first()
    token = request.headers.get(CART_HEADER, "")
    return cart_with_token(request, token) if token else None


def cart_with_token(request: Request, token: str) -> Cart:
    """The open cart with this token: a guest's, or the caller's own.

    Raises NotFound (`unknown_cart`) for any other: a customer's is that customer's alone.
    """
    theirs = Q(customer=None)
    if request.user.is_authenticated:
        theirs |= Q(open_for=request.user.pk)
    found = Cart.objects.open().select_related("customer").filter(theirs, token=token)
    cart = found.first() if token.isascii() else None
    if cart is None:
        raise NotFound("There is no such basket, or it has been ordered already.", code="unknown_cart")
    return cart


def cart_to_change(request: Request) -> Cart | None:
    """The same for requests that write: a customer who still sends a guest's token takes that
    cart along."""
    token = request.headers.get(CART_HEADER, "")
    if request.user.is_authenticated and token:
        guest = Cart.objects.open().filter(token=token, customer=None).first()
        if guest is not None:
            return merge_carts(guest=guest, customer=request.user)
    return cart_of(request)


def cart_with_token_to_change(request: Request, token: str) -> Cart:
    """The same for requests that write; a customer takes a guest's cart along."""
    cart = cart_with_token(request, token)
    if request.user.is_authenticated and cart.customer_id is None:
        return merge_carts(guest=cart, customer=request.user)
    return cart


def line_of(request: Request, line_id: str) -> CartLine:
    """A line of the caller's cart. Raises Http404 for any other."""
    cart = cart_to_change(request)
    line = cart.lines.select_related("cart", "variant__product").filter(pk=line_id).first() if cart else None
    if line is None:
        raise Http404
    return line


def orders_for(request: Request) -> QuerySet[Order]:
    """All orders for staff who may see them, otherwise the caller's own."""
    if sees_all_orders(request.user):
        return Order.objects.all()
    return Order.objects.for_customer(request.user)


def order_for(request: Request, order_id: str) -> Order:
    """The order, for staff, its customer, or who sends its `?token=`. `refuse` says what others get."""
    token = request.query_params.get("token", "")
    held = Order.objects.with_token(token).select_related("customer")
    order = held.filter(pk=order_id).first() if token else None
    if order is None and request.user.is_authenticated:
        order = orders_for(request).select_related("customer").filter(pk=order_id).first()
    if order is None:
        refuse(request, SEE_ORDERS, SEE_AMOUNTS)
    return order


def refuse(request: Request, *permissions: str) -> NoReturn:
    """Answer who asks for something that is not theirs, or that is not there: the same for both.

    Raises NotAuthenticated for who neither signed in nor holds a link, PermissionDenied for staff
    without the permissions, and Http404 for everybody else.
    """
    user = request.user
    if not user.is_authenticated and not request.query_params.get("token"):
        raise NotAuthenticated
    if user.is_authenticated and user.is_staff and not user.has_perms(permissions):
        raise PermissionDenied
    raise Http404


def may_change(request: Request, order: Order) -> bool:
    """Whether the caller of an order they may see is its shopper, or staff who may change it."""
    if is_staff(request.user, CHANGE_ORDERS):
        return True
    is_own = order.customer_id is not None and order.customer_id == request.user.pk
    return is_own or order.token == request.query_params.get("token")


def orders_of_customer(request: Request, customer_id: str) -> QuerySet[Order]:
    """A customer's orders, for themselves and for staff. `refuse` says what others get.

    Staff asking for a customer whom nobody knows get none.
    """
    try:
        wanted = UUID(customer_id)
    except ValueError as error:
        raise Http404 from error
    if signed_in(request).customer_id != wanted and not sees_all_orders(request.user):
        refuse(request, SEE_ORDERS, SEE_AMOUNTS)
    return Order.objects.filter(customer__customer_id=wanted)
