"""From a cart to an order: one short transaction, all of it or nothing."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from catalog.services import inventory
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, Notification, Order, OrderLine
from orders.services.cart_view import CartView, hold_reference, view_cart
from orders.services.discount_uses import claim_uses
from orders.services.events import record
from orders.services.notifications import owe
from orders.shipping import promise

# How long a payment method may take before its unpaid order is cancelled. A method that is
# paid at the door waits for nothing.
_PAID_ONLINE, _PAID_LATER, _PAID_AT_DOOR = "online", "later", "door"
_PAYMENT_PACE = {"bank_transfer": _PAID_LATER, "cash_on_delivery": _PAID_AT_DOOR}


class CartChanged(DomainError):
    """Something is not as the shopper last saw it; `data["problems"]` says what."""

    code = "cart_changed"


@retrying_atomic
def place_order(
    *, cart: Cart, customer: Any = None, confirmed_total: Decimal | None, payment_method: str
) -> Order:
    """Turn `cart` into an order: order, lines, stock, discounts, event and email note together.

    Placing the same cart again returns the order it became. `confirmed_total` is the total the
    shopper saw and agreed to (None: a program that did not state one); it is only compared.

    Raises BadInput (`checkout_incomplete`) while answers are missing, CartChanged when goods,
    prices or the total are not what was agreed to, OutOfStock when somebody was faster, and
    `coupon_used_up` when a code's last use is gone. Nothing is written then.
    """
    cart = Cart.objects.select_for_update().get(pk=cart.pk)
    if placed := Order.objects.filter(cart=cart).first():
        return placed
    _require_answers(cart)
    view = view_cart(cart)
    _require_agreement(view, confirmed_total)
    now = timezone.now()
    order = _create_order(view, cart, customer, payment_method, now)
    inventory.reserve(
        quantities={line.variant.pk: line.quantity for line in view.lines if line.quantity},
        reference=order.stock_reference,
        instead_of=[hold_reference(cart)],
    )
    claim_uses(order=order, applied=view.quote.discounts)
    record(order=order, kind="placed", message="Order received", actor=customer, actor_label=order.name)
    owe(order=order, kind=Notification.Kind.ORDER_RECEIVED)
    Cart.objects.filter(pk=cart.pk).update(status=Cart.Status.ORDERED, open_for=None)
    return order


def missing_answer(cart: Cart) -> str:
    """The first checkout step without an answer: "contact", "address", "delivery" or ""."""
    if not cart.email:
        return "contact"
    if not cart.shipping_address:
        return "address"
    return "" if cart.shipping_method else "delivery"


@retrying_atomic
def save_answers(*, cart: Cart, **answers: Any) -> Cart:
    """Keep what the shopper answered: email, shipping_address, shipping_method, note, …

    Addresses are PostalAddress or None. Raises `cart_closed` once the cart has been ordered.
    """
    locked = Cart.objects.select_for_update().get(pk=cart.pk)
    if locked.status != Cart.Status.OPEN:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    for name, value in answers.items():
        setattr(locked, name, value.to_dict() if isinstance(value, PostalAddress) else value)
    locked.save(update_fields=[*answers, "modified_at"])
    return locked


def _require_answers(cart: Cart) -> None:
    if cart.status != Cart.Status.OPEN:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    if step := missing_answer(cart):
        raise BadInput(
            f"Please answer the questions about {step} first.",
            code="checkout_incomplete",
            data={"step": step},
        )


def _require_agreement(view: CartView, confirmed_total: Decimal | None) -> None:
    """Refuse when what would be ordered is not what the shopper agreed to."""
    if view.blocked:
        blocking = [problem for problem in view.problems if problem.blocks]
        sold_out = any(problem.code in ("out_of_stock", "quantity_lowered") for problem in blocking)
        raise CartChanged(
            " ".join(problem.message for problem in blocking),
            code="out_of_stock" if sold_out else "",
            data={"problems": [{"code": problem.code, "message": problem.message} for problem in blocking]},
        )
    if view.is_empty:
        raise CartChanged("Your basket is empty.", code="cart_empty")
    if (
        view.method is None
        or view.method.code != view.quote.shipping_code
        or (view.cart is not None and view.cart.shipping_method != view.method.code)
    ):
        raise CartChanged(
            "The way of delivery you chose is not offered any more. Please choose again.",
            code="delivery_unavailable",
        )
    if confirmed_total is not None and confirmed_total != view.quote.total:
        raise CartChanged(
            f"The total is now {format_money(view.quote.total)}; it was {format_money(confirmed_total)} "
            "when you last saw it. Please check it again.",
            code="total_changed",
            data={"total": view.quote.total},
        )


def _create_order(view: CartView, cart: Cart, customer: Any, payment_method: str, now: datetime) -> Order:
    quote, settings = view.quote, StoreSettings.current()
    delivery, billing = cart.delivery_address, cart.invoice_address
    if delivery is None or billing is None or view.method is None:
        raise BadInput("Please answer the questions about delivery first.", code="checkout_incomplete")
    arrives = promise(method=view.method, placed_at=now, settings=settings, extra_days=view.extra_days)
    order = Order.objects.create(
        cart=cart,
        customer=customer,
        email=cart.email,
        name=delivery.name,
        payment_method=payment_method,
        currency=quote.currency,
        subtotal=quote.subtotal,
        shipping_total=quote.shipping,
        discount_total=quote.discount_total,
        tax_total=quote.tax_total,
        total=quote.total,
        prices_include_tax=quote.prices_include_tax,
        quote=quote.to_json(),
        shipping_method=quote.shipping_code,
        shipping_name=quote.shipping_name,
        promised_from=arrives.earliest,
        promised_until=arrives.latest,
        shipping_address=delivery.to_dict(),
        billing_address=billing.to_dict(),
        note=cart.note,
        placed_at=now,
        expires_at=_expiry(payment_method, now, settings),
        created_by=customer,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=line.variant.product,
            variant=line.variant,
            name=line.variant.product.name,
            variant_name=line.variant.name,
            sku=line.variant.sku,
            image=line.variant.image.stem if line.variant.image else line.variant.product.image,
            quantity=line.quantity,
            unit_price=line.quoted.unit_price,
            subtotal=line.quoted.subtotal,
            discount=line.quoted.discount,
            tax_rate=line.quoted.tax_rate,
            tax=line.quoted.tax,
            total=line.quoted.total,
            weight_grams=line.variant.weight_grams,
        )
        for line in view.lines
        if line.quoted is not None
    )
    return order


def _expiry(payment_method: str, now: datetime, settings: StoreSettings) -> datetime | None:
    pace = _PAYMENT_PACE.get(payment_method, _PAID_ONLINE)
    if pace == _PAID_AT_DOOR:
        return None
    if pace == _PAID_LATER:
        return now + timedelta(hours=settings.unpaid_hours)
    return now + timedelta(minutes=settings.card_minutes)
