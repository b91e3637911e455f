"""What concerns an order and its money together."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

from ecommerce.lib.transactions import retrying_atomic
from orders.agreement import Agreement
from orders.models import Cart, Order
from orders.services.checkout import place_order
from orders.services.orders import cancel_order, choose_payment_method, mark_paid
from payments import gateways
from payments.gateways.base import GatewayError
from payments.models import Payment
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
) -> tuple[Order, Payment | None]:
    """Place the order and open its payment in one transaction.

    Doing it again for the same cart returns the same order and its payment. An order that
    costs nothing is paid at once and has no payment. Raises what `place_order` raises, and
    BadInput for a payment method that is not offered.
    """
    gateway = gateways.choose(payment_method)
    order = place_order(
        cart=cart,
        customer=customer,
        confirmed_total=confirmed_total,
        payment_method=gateway.code,
        agreed=agreed,
    )
    if live := Payment.objects.filter(live_for=order.pk).order_by("-part").first():
        return order, live
    if order.is_paid or order.status == Order.Status.CANCELLED:
        return order, None
    if not order.total:
        return mark_paid(order=order), None
    return order, create_payment(order=order, gateway=gateway.code, actor=customer)


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
