"""From a cart to an order: one short transaction, all of it or nothing."""

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog.models import StoreSettings
from catalog.services import inventory
from customers.models import Consent
from customers.services import consents
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.money import format_money
from ecommerce.lib.transactions import retrying_atomic
from orders.agreement import Agreement, agreement_of, changes_between
from orders.models import Cart, Notification, Order, OrderLine
from orders.services.arrival import arrival_of, terms_of
from orders.services.cart_view import CartView, hold_references, view_cart
from orders.services.collecting import collecting_place
from orders.services.discount_uses import claim_uses
from orders.services.events import record
from orders.services.notifications import owe
from orders.ways_to_pay import pace_of


class CartChanged(DomainError):
    """Something is not as the shopper last saw it; `data["problems"]` says what."""

    code = "cart_changed"


@retrying_atomic
def place_order(
    *,
    cart: Cart,
    customer: Any = None,
    confirmed_total: Decimal | None,
    payment_method: str,
    agreed: Agreement | None = None,
    visitor: str = "",
) -> Order:
    """Turn `cart` into an order: order, lines, stock, discounts, event and email note together.

    Placing the same cart again returns the order it became. `agreed` is all that the shopper
    saw on the last page, `confirmed_total` the total a program states; None: nothing was stated.
    Both are only compared; who agreed on the page agreed to the terms, which is written down with
    the network of `visitor`, an address. Without a `payment_method` the shopper is sent a link to choose one.

    Raises BadInput (`checkout_incomplete`) while answers are missing, CartChanged when anything
    is not what was agreed to (its `data["changes"]` says what), OutOfStock when somebody was
    faster, and `coupon_used_up` when a code's last use is gone. Nothing is written then.
    """
    cart = Cart.objects.select_for_update().get(pk=cart.pk)
    if placed := Order.objects.filter(cart=cart).first():
        return placed
    _require_answers(cart)
    view = view_cart(cart)
    _require_agreement(view, confirmed_total)
    now = timezone.now()
    if agreed is not None:
        _require_no_change(view, agreed, now)
    order = _create_order(view, cart, customer, payment_method, now)
    inventory.reserve(
        quantities={line.variant.pk: line.quantity for line in view.lines if line.quantity},
        reference=order.stock_reference,
        instead_of=hold_references(cart),
    )
    # After the stock: their foreign keys lock products and variants, which whoever changes stock
    # locks after it, too.
    _create_lines(order, view)
    claim_uses(order=order, applied=view.quote.discounts)
    record(order=order, kind="placed", message="Order received", actor=customer, actor_label=order.name)
    kinds = Notification.Kind
    owe(order=order, kind=kinds.ORDER_RECEIVED if payment_method else kinds.PAYMENT_REQUEST)
    if agreed is not None:
        consents.record(
            kind=Consent.Kind.TERMS,
            given=True,
            wording=consents.ORDER_WORDS,
            where=f"order {order.number}",
            email=order.email,
            customer=customer,
            address=visitor,
        )
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
    if locked.status not in Cart.EDITABLE:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    for name, value in answers.items():
        setattr(locked, name, value.to_dict() if isinstance(value, PostalAddress) else value)
    locked.save(update_fields=[*answers, "modified_at"])
    return locked


def require_orderable(view: CartView) -> None:
    """Raise CartChanged for a cart with nothing in it, or with something that cannot be had as wanted."""
    if view.blocked:
        raise _blocked(view)
    if view.is_empty:
        raise CartChanged("Your basket is empty.", code="cart_empty")


def _require_answers(cart: Cart) -> None:
    if cart.status not in Cart.EDITABLE:
        raise DomainError("This basket has been ordered already.", code="cart_closed")
    if step := missing_answer(cart):
        raise BadInput(
            f"Please answer the questions about {step} first.",
            code="checkout_incomplete",
            data={"step": step},
        )


def _require_agreement(view: CartView, confirmed_total: Decimal | None) -> None:
    """Refuse when what would be ordered is not what the shopper agreed to."""
    require_orderable(view)
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


def _blocked(view: CartView) -> CartChanged:
    """The refusal of a cart of which something cannot be had. `sku` and `available` at its top are
    those of the first thing that its code is about."""
    skus = {line.pk: line.variant.sku for line in view.lines}
    blocking = [problem for problem in view.problems if problem.blocks]
    told: list[dict[str, Any]] = [
        {
            "code": problem.code,
            "message": problem.message,
            "sku": skus[problem.line] if problem.line else "",
            "available": problem.available,
        }
        for problem in blocking
    ]
    short = [row for row in told if row["code"] in ("out_of_stock", "quantity_lowered")]
    first = (short or told)[0]
    return CartChanged(
        " ".join(problem.message for problem in blocking),
        code="out_of_stock" if short else "",
        data={"problems": told, "sku": first["sku"], "available": first["available"]},
    )


def _require_no_change(view: CartView, agreed: Agreement, now: datetime) -> None:
    """Refuse when a single word of what the shopper agreed to is different."""
    changes = changes_between(agreed, agreement_of(view, arrival_of(view, now=now)))
    if changes:
        raise CartChanged(
            f"Something changed since you last looked. {'. '.join(str(change) for change in changes)}.",
            code="order_changed",
            data={"changes": [asdict(change) for change in changes], "total": view.quote.total},
        )


def _create_order(view: CartView, cart: Cart, customer: Any, payment_method: str, now: datetime) -> Order:
    quote = view.quote
    delivery, billing, arrives = cart.delivery_address, cart.invoice_address, arrival_of(view, now=now)
    if delivery is None or billing is None or arrives is None or view.method is None:
        raise BadInput("Please answer the questions about delivery first.", code="checkout_incomplete")
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
        vat_number=quote.vat_number,
        reverse_charge=quote.reverse_charge,
        quote=quote.to_json(),
        shipping_method=quote.shipping_code,
        shipping_name=quote.shipping_name,
        promised_from=arrives.earliest,
        promised_until=arrives.latest,
        promise_terms=terms_of(view.method, extra_days=view.extra_days),
        collect_from=collecting_place(view.method),
        shipping_address=delivery.to_dict(),
        billing_address=billing.to_dict(),
        note=cart.note,
        placed_at=now,
        expires_at=pay_until(payment_method, now=now),
        created_by=customer,
    )
    return order


def _create_lines(order: Order, view: CartView) -> None:
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


def pay_until(payment_method: str, *, now: datetime) -> datetime | None:
    """When an order of `now` is cancelled unless it is paid; None for one paid at the door."""
    settings = StoreSettings.current()
    match pace_of(payment_method):
        case "door":
            return None
        case "later":
            return now + timedelta(hours=settings.unpaid_hours)
        case "link":
            return now + timedelta(days=settings.draft_days)
    return now + timedelta(minutes=settings.card_minutes)
