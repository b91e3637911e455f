"""The end of the checkout: place the order, send the shopper to pay, bring them back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecommerce.lib.errors import Busy, DomainError
from ecommerce.lib.form_errors import show_refusal
from ecommerce.lib.ratelimit import client_address
from orders.access import cart_of_form, order_for_token
from orders.agreement import Agreement, changes_between, read_agreement
from orders.forms.checkout import PayForm
from orders.models import Cart, Order
from orders.views.checkout import review_context
from orders.views.tracking import order_context
from payments import gateways
from payments.gateways.base import GatewayError, GatewayRefused
from payments.models import Payment
from payments.services.gift_card_plan import plan_of
from payments.services.orders import cancel_and_refund, pay_by, place_and_pay, ways_to_pay
from payments.services.payments import held_payment, open_payment, settle, start_payment

# What the page itself says, as it was and as it is.
_SAID_BY_PAGE = ("order_changed", "gift_cards_changed")


@require_POST
def place(request: HttpRequest) -> HttpResponse:
    """ "Pay": place the order and lead to its payment. Pressing twice leads to the same one."""
    cart = cart_of_form(request)
    if cart is None:
        return render(request, "orders/session_ended.html", status=409)
    form, seen = PayForm(request.POST, methods=pay_choices()), _cards_seen(request)
    # With a gift card nothing may be left to pay; the service asks when something is.
    form.fields["payment_method"].required = not seen
    if not form.is_valid():
        return _refused(request, cart, form, 400)
    customer = request.user if request.user.is_authenticated else None
    try:
        order, payment = place_and_pay(
            cart=cart,
            customer=customer,
            confirmed_total=None,
            agreed=form.cleaned_data["agreed"],
            payment_method=form.cleaned_data["payment_method"],
            cards_agreed=seen,
            visitor=client_address(request),
        )
    except DomainError as error:
        if error.code not in _SAID_BY_PAGE:
            show_refusal(form, error)
        return _refused(request, cart, form, error.http_status)
    return _lead_to_payment(request, order, payment)


def pay_choices() -> list[tuple[str, str]]:
    return [(gateway.code, gateway.label) for gateway in gateways.offered()]


def _cards_seen(request: HttpRequest) -> Agreement:
    """What the page said of gift cards; a page that said nothing, or was not ours, showed none."""
    return read_agreement(request.POST.get("cards", "")) or {}


def _refused(request: HttpRequest, cart: Cart, form: PayForm, status: int) -> HttpResponse:
    """The last page again: what changed, the new total, and every answer as it was."""
    context = review_context(cart, form=form, agreed=form.cleaned_data.get("agreed"))
    quote = context["view"].quote
    plan = plan_of(cart=cart, total=quote.total, currency=quote.currency)
    context["cards_plan"] = plan
    context["changes"] += changes_between(_cards_seen(request), plan.agreement())
    return render(request, "orders/checkout_review.html", context, status=status)


def _lead_to_payment(request: HttpRequest, order: Order, payment: Payment | None) -> HttpResponse:
    if payment is None or not payment.is_open:
        return redirect("orders:confirmation", order.token)
    try:
        url = start_payment(payment=payment)
    except GatewayError:
        if payment.external_id:
            # They were sent there before and may have paid: that page asks, and offers no button.
            return redirect("payments:return", payment.reference)
        messages.error(request, "The bank did not answer. You have not been charged; please try again.")
        return redirect("payments:start", order.token)
    except GatewayRefused:
        return redirect("payments:start", order.token)  # which says why, and offers the other ways
    return redirect(url or f"{order.get_absolute_url()}thanks/")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    """How the payment of an order stands, and another try when it did not work."""
    order = order_for_token(token)
    live = open_payment(order)
    if not order.can_be_paid or (live and live.status == Payment.Status.AUTHORISED):
        return redirect("orders:confirmation", order.token)
    if held := held_payment(order):
        return _confirming(request, held, status=409 if request.method == "POST" else 200)
    if request.method != "POST":
        return _payment_page(request, order)
    try:
        gateway = gateways.choose(request.POST.get("payment_method", ""), among=ways_to_pay(order))
        payment = pay_by(order=order, gateway=gateway.code)
    except DomainError as error:
        return _payment_page(request, order, error=error)
    return _lead_to_payment(request, order, payment)


def _payment_page(request: HttpRequest, order: Order, error: DomainError | None = None) -> HttpResponse:
    live = open_payment(order)
    ways = ways_to_pay(order)
    offered = [one.code for one in ways]
    live = live if live and live.amount == order.amount_due and live.gateway in offered else None
    last = Payment.objects.filter(order=order).order_by("-pk").first()
    context = order_context(order) | {
        "payment": live,
        "gateway": gateways.get(live.gateway) if live else None,
        "declined": last if last and last.status == Payment.Status.FAILED else None,
        "gateways": ways,
        "others": [one for one in ways if live and one.code != live.gateway],
        "error": error,
    }
    return render(request, "payments/start.html", context, status=error.http_status if error else 200)


@never_cache
@require_GET
def come_back(request: HttpRequest, reference: str) -> HttpResponse:
    """The shopper returns from the gateway. We ask the gateway; the address says nothing."""
    payment = get_object_or_404(Payment.objects.select_related("order"), reference=reference)
    try:
        payment = settle(payment=payment)
    except (GatewayError, Busy):
        return _confirming(request, payment, is_known=False)
    if payment.status in (Payment.Status.CAPTURED, Payment.Status.AUTHORISED):
        return redirect("orders:confirmation", payment.order.token)
    if payment.is_open and (payment.held_since or payment.status == Payment.Status.PENDING):
        return _confirming(request, payment)
    return redirect("payments:start", payment.order.token)


def _confirming(
    request: HttpRequest, payment: Payment, *, is_known: bool = True, status: int = 202
) -> HttpResponse:
    """No button to pay with: the money may be on its way. `is_known`: the gateway has answered."""
    context = {"order": payment.order, "payment": payment, "is_known": is_known}
    response = render(request, "payments/confirming.html", context, status=status)
    if not payment.held_since:
        response["Refresh"] = "5"
    return response


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The shopper changes their mind before the parcel leaves; what was paid goes back."""
    order = order_for_token(token)
    reason = request.POST.get("reason", "").strip()[:200] or "asked for by the customer"
    try:
        order = cancel_and_refund(order=order, reason=reason, by_shopper=True)
    except GatewayError:
        messages.warning(
            request, "Your order is cancelled. Your money goes back as soon as the bank answers."
        )
        return redirect(order)
    except DomainError as error:
        context = order_context(order) | {"error": error}
        return render(request, "orders/track.html", context, status=error.http_status)
    paid_back = order.payment_status == Order.PaymentStatus.REFUNDED
    money = " What you paid is on its way back to you." if paid_back else ""
    messages.success(request, f"Your order is cancelled.{money}")
    return redirect(order)
