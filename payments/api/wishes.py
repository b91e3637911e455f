"""From what was sent to what `order_at_once` takes: whose order it is, and the answers left out."""

from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.request import Request

from customers.models import Address, User
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import NotFound
from orders.api.access import CART_HEADER, cart_to_change, customer_of, is_staff
from orders.api.fields import postal_of
from orders.models import Cart
from orders.services.baskets import find_sku
from orders.services.drafts import account_of
from payments.services.ordering import Wish

ADD_ORDERS = "orders.add_order"


def buyer_of(request: Request, customer_id: Any) -> User | None:
    """Whose order it is: the caller's own, for staff the customer's they name, or a guest's.

    Raises NotFound when a customer names somebody else, PermissionDenied when staff do who may not
    place orders, NotAuthenticated when a guest names anybody.
    """
    caller = customer_of(request)
    if customer_id is None:
        return caller
    if caller is None:
        raise NotAuthenticated
    if caller.customer_id == customer_id:
        return caller
    if caller.is_staff and not caller.has_perm(ADD_ORDERS):
        raise PermissionDenied
    buyer = User.objects.filter(customer_id=customer_id, is_active=True).first()
    if buyer is None or not caller.is_staff:
        raise NotFound("There is no such customer.", field="customer_id")
    return buyer


def buyer_by_link(request: Request, data: dict[str, Any]) -> User | None:
    """Whose order it is that staff place for somebody to pay by link: the customer's they name, else
    of whoever confirmed the `email`, else a guest's.

    Raises ValidationError for anybody else than staff, and when a guest's order has no `items`.
    """
    if not is_staff(request.user, ADD_ORDERS):
        raise ValidationError({"payment_method": ["Only staff can send a link to pay. Choose how to pay."]})
    if data.get("customer_id") is not None:
        return buyer_of(request, data["customer_id"])
    if "email" not in data:
        raise ValidationError({"email": ["Say who gets the link: an email address or a customer_id."]})
    buyer = account_of(data["email"])
    if buyer is None and "items" not in data:
        raise ValidationError({"items": ["Say what is ordered: nobody with this address has a basket."]})
    return buyer


def wish_of(request: Request, data: dict[str, Any], buyer: User | None) -> Wish:
    """What is to be ordered. Raises ValidationError for answers nobody can guess."""
    cart = None if "items" in data else _cart_of(request, buyer)
    email = data.get("email") or (cart.email if cart else "") or (buyer.email if buyer else "")
    if not email:
        raise ValidationError({"email": ["Enter an email address: the confirmation goes there."]})
    name = data.get("name") or (buyer.name if buyer else "") or email.partition("@")[0]
    delivery, billing = _addresses(data, cart, buyer, name)
    items = None
    if "items" in data:
        items = [
            (find_sku(product_id=item.get("product_id"), sku=item["sku"]), item["quantity"])
            for item in data["items"]
        ]
    wanted = ("shipping_method", "payment_method", "coupon", "note", "confirmed_total", "use_store_credit")
    return Wish(
        email=email,
        shipping_address=delivery,
        billing_address=billing,
        items=items,
        cart=cart,
        vat_number=data.get("vat_number"),
        gift_cards=tuple(data["gift_cards"]),
        **{key: data[key] for key in wanted},
    )


def _cart_of(request: Request, buyer: User | None) -> Cart | None:
    """The buyer's cart. A guest's token also finds the cart after it was ordered, so that
    ordering it again leads to the same order."""
    if buyer is not None and buyer != request.user:
        return Cart.objects.open().filter(open_for=buyer.pk).first()
    token = request.headers.get(CART_HEADER, "")
    if buyer is None and token:
        ordered = Cart.objects.filter(token=token, customer=None, status=Cart.Status.ORDERED).first()
        if ordered is not None:
            return ordered
    return cart_to_change(request)


def _addresses(
    data: dict[str, Any], cart: Cart | None, buyer: User | None, name: str
) -> tuple[PostalAddress, PostalAddress | None]:
    """Where it goes: as sent, as answered in the cart's checkout, or the customer's usual address."""
    billing = None
    if "billing_address" in data:
        billing = postal_of(data["billing_address"], name=name, field="billing_address")
    if "shipping_address" in data:
        return postal_of(data["shipping_address"], name=name, field="shipping_address"), billing
    if cart is not None and cart.delivery_address is not None:
        own = cart.invoice_address if cart.billing_address else None
        return cart.delivery_address, billing or own
    usual = Address.book.for_customer(buyer).first() if buyer else None
    if usual is None:
        raise ValidationError({"shipping_address": ["Say where it should be delivered."]})
    return usual.as_postal(), billing
