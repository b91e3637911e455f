"""What concerns an order and its money together."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from ecommerce.lib.transactions import retrying_atomic
from orders.agreement import Agreement
from orders.models import Cart, Order
from orders.models.balance import PAID_AT_DOOR
from orders.services.checkout import place_order
from orders.services.orders import cancel_order, choose_payment_method, mark_paid
from payments import gateways
from payments.gateways.base import Gateway, GatewayError
from payments.gateways.gift_card.gateway import GIFT_CARD
from payments.models import CartGiftCard, Payment
from payments.services.gift_card_payments import pay_with_cards
from payments.services.gift_card_plan import plan_of, require_agreement
from payments.services.payments import call_off_payment, close_at_gateway, create_payment, open_payment
from payments.services.refunds import return_everything


@retrying_atomic
def place_and_pay(
    *,
    cart: Cart,
    customer: Any = None,
    confirmed_total: Decimal | None,
    payment_method: str,
    agreed: Agreement | None = None,
    cards_agreed: Agreement | None = None,
    visitor: str = "",
) -> tuple[Order, Payment | None]:
    """Place the order, take what the cart's gift cards pay, and open the payment of the rest.

    All in one transaction; doing it again for the same cart returns the same order and its payment.
    An order that costs nothing is paid at once and has no payment; one that gift cards cover is paid
    at once too, and needs no `payment_method`. `cards_agreed` is what the shopper saw of the cards
    (None: a program, which saw nothing). Raises what `place_order` raises, BadInput for a payment
    method that is not offered, and CardEmptier when the cards pay another amount than was agreed to.
    """
    may_be_covered = not payment_method and CartGiftCard.objects.filter(cart=cart).exists()
    method = GIFT_CARD if may_be_covered else gateways.choose(payment_method).code
    order = place_order(
        cart=cart,
        customer=customer,
        confirmed_total=confirmed_total,
        payment_method=method,
        agreed=agreed,
        visitor=visitor,
    )
    payments = list(Payment.objects.filter(order=order).order_by("-part"))
    if not payments and order.status == Order.Status.PENDING and not order.is_paid:
        order = _use_cards(order, cart, payment_method, cards_agreed, customer)
        payments = list(Payment.objects.filter(order=order).order_by("-part"))
    live = next((payment for payment in payments if payment.live_for == order.pk), None)
    is_waiting = order.status == Order.Status.PENDING and order.amount_due
    # A card's payment is no answer while the order still waits for the rest.
    if live is not None and (live.gateway != GIFT_CARD or not is_waiting):
        return order, live
    if order.is_paid or order.status == Order.Status.CANCELLED:
        return order, None
    if not order.total:
        return mark_paid(order=order), None
    return order, create_payment(order=order, gateway=payment_method, actor=customer)


def _use_cards(
    order: Order, cart: Cart, payment_method: str, agreed: Agreement | None, customer: Any
) -> Order:
    """Take from the cart's gift cards what they pay of an order that has just been placed."""
    plan = plan_of(cart=cart, total=order.total, currency=order.currency)
    require_agreement(plan, agreed)
    if plan.left:
        gateways.choose(payment_method)
    elif plan.covers_all:
        order = choose_payment_method(order=order, payment_method=GIFT_CARD)
    return pay_with_cards(order=order, plan=plan, customer=customer)


def ways_to_pay(order: Order) -> list[Gateway]:
    """The courier collects no balance of an order that was paid otherwise, only what a gift card left."""
    found, is_balance = gateways.offered(), order.awaits_balance and order.expires_at is None
    return [one for one in found if one.code != PAID_AT_DOOR] if is_balance else found


def pay_by(*, order: Order, gateway: str) -> Payment:
    """Open a payment for what is due in the way (a gateway's code) the shopper has just chosen.

    One that waits by another way is ended at its gateway first: when its money came meanwhile,
    or is promised, that payment is returned. Raises what `create_payment` raises, and GatewayError
    while nobody can say whether the other way has been paid.
    """
    live = open_payment(order)
    if live is not None and live.gateway != gateway and live.status == Payment.Status.PENDING:
        live = close_at_gateway(payment=call_off_payment(payment=live, reason="Another way was chosen."))
        if live.status == Payment.Status.CAPTURED:
            return live
    return _open(order=order, gateway=gateway)


@retrying_atomic
def _open(*, order: Order, gateway: str) -> Payment:
    """A waiting order keeps the way, and waits for its money as long as the way takes; its time
    never gets shorter."""
    payment = create_payment(order=order, gateway=gateway)
    if payment.gateway == gateway:
        choose_payment_method(order=order, payment_method=gateway)
    return payment


def cancel_and_refund(*, order: Order, reason: str, actor: Any = None, by_shopper: bool = False) -> Order:
    """Cancel an order before it ships and send back what was paid for it.

    The order is cancelled first; when the gateway cannot be reached the refund stays owed and
    the sweep sends it. Raises what `cancel_order` raises, GatewayError when the
    money could not be sent back yet.
    """
    order = cancel_order(order=order, actor=actor, reason=reason, by_shopper=by_shopper)
    for payment in Payment.objects.filter(order=order).order_by("pk"):
        if payment.is_open:
            call_off_payment(payment=payment, reason=reason)
            with suppress(GatewayError):  # the sweep tells the gateway then
                close_at_gateway(payment=payment)
    return_everything(order=order, reason=reason, actor=actor)
    order.refresh_from_db()
    return order
