"""The money of returns: exact to the cent, sent once, never above what came in."""

from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import Order, Return
from orders.services.cart import add_coupon
from orders.services.fulfilment import ship_order
from orders.services.notifications import send_owed
from orders.services.return_steps import WrongReturnState, approve_return, close_return, receive_return
from orders.services.returns import request_return
from orders.tests.factories import DiscountFactory, ShippingMethodFactory, cart_with, shipped_order, total_of
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund
from payments.services.orders import place_and_pay
from payments.services.payments import confirm_payment
from payments.services.refunds import return_everything
from payments.services.returns import finish_returns, refund_return, return_estimate
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, paid_at_stripe

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def arrived(order, pieces=1, *, lines=None):
    wanted = lines or {line.pk: pieces for line in order.lines.all()}
    made = request_return(order=order, lines={pk: (n, "other", "") for pk, n in wanted.items()})
    approve_return(return_=made)
    rows = {row.pk: (row.quantity, 0) for row in made.lines.all()}
    return receive_return(return_=made, received=rows)


def three_with_a_discount():
    """Three pieces at 3.33 with 10 % off: 8.99 for the line."""
    variant = ProductFactory(stock=10, price="3.33").variants.get()
    cart = cart_with(variant, quantity=3)
    add_coupon(cart=cart, code=DiscountFactory(percent=10).code)
    order, payment = place_and_pay(cart=cart, confirmed_total=total_of(cart), payment_method="bank_transfer")
    confirm_payment(payment=payment)
    order.refresh_from_db()
    ship_order(order=order, carrier="DHL")
    return order


def test_partial_returns_add_up_to_exactly_the_line():
    order = three_with_a_discount()
    line = order.lines.get()
    assert line.total == Decimal("8.99")
    amounts = [refund_return(return_=arrived(order)).refund_amount for _ in range(3)]
    assert [str(amount) for amount in amounts] == ["2.990", "3.000", "6.900"]
    assert sum(amounts) == order.total == line.total + Decimal("3.90")
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("refunded", "refunded")
    last = Return.objects.order_by("-pk").first()
    assert last.refund_shipping and last.lines.get().refund_amount == Decimal("3.00")


def test_what_was_announced_is_what_goes_back():
    order = shipped_order(quantity=2)
    made = request_return(order=order, lines={order.lines.get().pk: (2, "damaged", "")})
    before = return_estimate(return_=made).total
    approve_return(return_=made)
    receive_return(return_=made, received={made.lines.get().pk: (2, 2)})
    assert refund_return(return_=made).refund_amount == before == Decimal("43.90")


def test_express_gets_what_standard_delivery_would_have_cost():
    ShippingMethodFactory(code="standard", price=Decimal("3.90"))
    order = shipped_order()
    Order.objects.filter(pk=order.pk).update(shipping_total=Decimal("9.90"), total=Decimal("29.90"))
    order.refresh_from_db()
    made = arrived(order)
    assert return_estimate(return_=made).shipping == Decimal("3.90")
    assert return_estimate(return_=made, refund_shipping=False).shipping == 0


def test_money_goes_once_however_often_it_is_pressed():
    order = shipped_order(quantity=2)
    made = arrived(order)
    for amount in (None, None, Decimal("1.00")):
        refund_return(return_=made, amount=amount, reason="pressed again")
    made.refresh_from_db()
    assert (made.status, made.refund_amount, made.refund_shipping) == ("refunded", Decimal("20.00"), False)
    assert Refund.objects.get().amount == Decimal("20.00")
    assert order.events.filter(kind="return_refunded").count() == 1
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("shipped", "partly_refunded")
    send_owed(now=timezone.now())
    (told,) = [one for one in mail.outbox if "your money is on its way" in one.subject]
    assert "€20.00" in told.body and "€20.00" in told.alternatives[0][0]


def test_staff_may_send_less_with_a_reason_and_never_more():
    made = arrived(shipped_order(quantity=2))
    with pytest.raises(BadInput, match="At most €20.00") as refused:
        refund_return(return_=made, amount=Decimal("20.01"))
    assert refused.value.field == "amount"
    with pytest.raises(BadInput, match="Say why") as refused:
        refund_return(return_=made, amount=Decimal("15.00"))
    assert refused.value.field == "reason"
    with pytest.raises(BadInput, match="above zero"):
        refund_return(return_=made, amount=Decimal(0))
    done = refund_return(return_=made, amount=Decimal("15.00"), reason="Scratched")
    assert (done.refund_amount, done.refund_reason) == (Decimal("15.00"), "Scratched")
    assert done.lines.get().refund_amount == Decimal("15.00")


def test_a_lowered_amount_lowers_every_line_to_the_cent():
    variants = [ProductFactory(stock=5, price=price).variants.get() for price in ("10.00", "3.33", "6.67")]
    made = arrived(shipped_order(*variants))
    done = refund_return(return_=made, amount=Decimal("10.01"), refund_shipping=False, reason="Worn")
    amounts = [row.refund_amount for row in done.lines.all()]
    assert sum(amounts) == Decimal("10.01") and min(amounts) > 0


def test_delivery_goes_back_once_for_an_order():
    order = shipped_order(quantity=2)
    first = refund_return(return_=arrived(order), refund_shipping=True)
    second = refund_return(return_=arrived(order), refund_shipping=True)
    assert (first.refund_amount, second.refund_amount) == (Decimal("23.90"), Decimal("20.00"))
    assert (first.refund_shipping, second.refund_shipping) == (True, False)


def test_no_money_before_the_goods_and_none_for_what_did_not_arrive():
    order = shipped_order(quantity=2)
    made = request_return(order=order, lines={order.lines.get().pk: (2, "other", "")})
    approve_return(return_=made)
    with pytest.raises(WrongReturnState, match="when the goods have arrived"):
        refund_return(return_=made)
    receive_return(return_=made, received={made.lines.get().pk: (1, 0)})
    assert refund_return(return_=made).refund_amount == Decimal("20.00")


def test_an_order_whose_money_went_back_otherwise_pays_nothing_twice():
    order = shipped_order()
    made = arrived(order)
    return_everything(order=order, reason="all of it")
    with pytest.raises(DomainError, match="no money left") as refused:
        refund_return(return_=made)
    assert refused.value.code == "nothing_to_refund"
    close_return(return_=made, reason="It was refunded with the order.")
    made.refresh_from_db()
    assert made.status == "closed" and Refund.objects.count() == 1


def test_a_bank_that_does_not_answer_leaves_it_to_the_sweep(fake_stripe):
    order, _ = paid_at_stripe(fake_stripe)
    made = arrived(ship_order(order=order, carrier="DHL").order)
    break_stripe(fake_stripe, "/v1/refunds$", times=4)
    with pytest.raises(GatewayError):
        refund_return(return_=made)
    assert finish_returns() == 0
    made.refresh_from_db()
    assert made.refund_is_owed and made.refund_amount == Decimal("23.90")
    with pytest.raises(DomainError, match="on its way already"):
        close_return(return_=made, reason="x")
    first, again = (sweep(now=timezone.now())["returns refunded"] for _ in range(2))
    made.refresh_from_db()
    assert (first, again, made.status, Refund.objects.get().status) == (1, 0, "refunded", "done")


def test_a_refund_that_somebody_else_took_first_is_open_again(monkeypatch):
    order = shipped_order(quantity=2)
    made = arrived(order)
    monkeypatch.setattr("payments.services.returns.money_left", lambda order: Decimal("999"))
    return_everything(order=order, reason="all of it")
    with pytest.raises(DomainError) as refused:
        refund_return(return_=made)
    assert refused.value.code == "above_captured"
    made.refresh_from_db()
    assert (made.refund_decided_at, made.refund_amount, made.shipping_for) == (None, None, None)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prices=st.lists(st.decimals("0.05", "60", places=2), min_size=1, max_size=2),
    quantity=st.integers(1, 4),
    steps=st.lists(
        st.tuples(
            st.integers(1, 3), st.booleans(), st.one_of(st.none(), st.decimals("0.01", "80", places=2))
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_refunds_of_all_returns_never_exceed_what_came_in(prices, quantity, steps):
    from django.db import transaction

    with transaction.atomic():
        variants = [ProductFactory(stock=9, price=str(price)).variants.get() for price in prices]
        order = shipped_order(*variants, quantity=quantity)
        for pieces, shipping, amount in steps:
            left = {
                line.pk: min(pieces, line.quantity_shipped - line.quantity_returned)
                for line in order.lines.all()
            }
            if not any(left.values()):
                break
            made = arrived(order, lines=left)
            try:
                refund_return(return_=made, amount=amount, refund_shipping=shipping, reason="worn")
            except DomainError:
                continue
        payment = Payment.objects.get(order=order)
        sent = sum(refund.amount for refund in Refund.objects.filter(payment=payment))
        decided = sum(row.refund_amount or 0 for row in order.returns.all())
        assert sent == decided == payment.refunded_amount <= payment.amount == order.total
        transaction.set_rollback(True)
