"""An order's money in parts: what is due, paid, sent back; one live payment for each part."""

import random
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.services import balances
from orders.tests.factories import OrderFactory, paid_order
from payments.gateways.base import GatewayError
from payments.models import Payment, Refund
from payments.services.orders import cancel_and_refund
from payments.services.payments import (
    call_off_payment,
    confirm_payment,
    create_payment,
    settle,
    start_payment,
)
from payments.services.refunds import refund_order
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, paid_at_stripe, things
from payments.tests.test_payments import later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def dearer(order, by="10.00"):
    """The order costs more (or less) from now on."""
    order.refresh_from_db()
    Order.objects.filter(pk=order.pk).update(total=order.total + Decimal(by))
    order.refresh_from_db()
    balances.weigh(order)
    return order


def pay(order):
    confirm_payment(payment=create_payment(order=order))
    order.refresh_from_db()
    return order


def money_of(order):
    order.refresh_from_db()
    return order.amount_paid, order.amount_due, order.payment_status


def test_what_comes_in_and_goes_back_is_counted():
    order = paid_order(quantity=2)
    total = order.total
    assert money_of(order) == (total, 0, "paid")
    refund_order(order=order, amount=Decimal("5.00"), reason="scratched", key="one")
    refund_order(order=order, amount=Decimal("5.00"), reason="scratched", key="one")
    assert money_of(order) == (total - 5, 0, "partly_refunded"), "goodwill is not asked for again"
    refund_order(order=order, amount=total - 5, reason="all", key="two")
    assert money_of(order) == (0, 0, "refunded")


def test_a_balance_is_a_payment_of_its_own():
    order = dearer(paid_order())
    assert money_of(order) == (order.total - 10, 10, "partly_paid")
    balance = create_payment(order=order)
    assert (balance.amount, balance.part, create_payment(order=order)) == (10, 1, balance)
    confirm_payment(payment=balance)
    confirm_payment(payment=balance)
    assert money_of(order) == (order.total, 0, "paid")
    assert order.notifications.filter(kind="order_paid").count() == 2, "one for each time it was paid"
    with pytest.raises(DomainError, match="not waiting for a payment"):
        create_payment(order=order)


def test_an_open_payment_of_another_amount_is_called_off():
    order = OrderFactory()
    first = Payment.objects.get(order=order)
    dearer(order)
    second = create_payment(order=order)
    first.refresh_from_db()
    assert (first.status, first.live_for) == ("cancelled", None)
    assert (second.amount, second.part) == (order.total, 0)


def test_a_called_off_amount_that_is_paid_after_all_counts_towards_the_total():
    order = OrderFactory()
    first = Payment.objects.get(order=order)
    dearer(order)
    second = create_payment(order=order)
    confirm_payment(payment=first)
    second.refresh_from_db()
    assert money_of(order) == (first.amount, 10, "partly_paid")
    assert (order.status, order.expires_at, second.status) == ("pending", None, "cancelled")
    pay(order)
    assert (order.status, order.payment_status, order.invoices.count()) == ("processing", "paid", 1)


def test_too_much_is_flagged_and_the_rest_goes_back_by_the_sweep_once():
    order = OrderFactory()
    first = Payment.objects.get(order=order)
    dearer(order, "-5.00")
    call_off_payment(payment=first, reason="The amount has changed.")
    confirm_payment(payment=first)
    order.refresh_from_db()
    assert order.payment_status == "paid" and order.overpaid_since is not None
    assert order.events.filter(kind="overpaid", is_public=False).exists()
    for _ in range(2):
        sweep(now=later())
    assert money_of(order) == (order.total, 0, "paid")
    assert order.overpaid_since is None and Refund.objects.get().amount == 5


def test_paid_twice_the_second_goes_back_and_the_order_stays_paid():
    order = OrderFactory()
    first = Payment.objects.get(order=order)
    call_off_payment(payment=first, reason="slow")
    pay(order)
    confirm_payment(payment=first)
    order.refresh_from_db()
    assert order.amount_paid == 2 * order.total
    for _ in range(2):
        sweep(now=later())
    first.refresh_from_db()
    assert money_of(order) == (order.total, 0, "paid") and first.refunded_amount == first.amount


def test_cancelling_sends_all_parts_back(fake_stripe):
    order, _ = paid_at_stripe(fake_stripe)
    order = dearer(order)
    rest = create_payment(order=order)
    start_payment(payment=rest)
    fake_stripe.tell("pay", session=rest.reference)
    settle(payment=Payment.objects.get(pk=rest.pk))
    break_stripe(fake_stripe, "/v1/refunds$", times=4)
    with pytest.raises(GatewayError):
        cancel_and_refund(order=order, reason="changed my mind")
    asked = {one["headers"]["idempotency-key"] for one in fake_stripe.requests("/v1/refunds", "POST")}
    assert len(asked) == 2, "one that fails holds up no other"
    sweep(now=later())
    assert money_of(order) == (0, 0, "refunded")
    assert sorted(one["amount"] for one in things(fake_stripe, "refund")) == [
        1000,
        int(order.total * 100) - 1000,
    ]


def test_a_refund_takes_the_newest_part_first_and_never_more_than_there_is():
    order = pay(dearer(paid_order()))
    refund_order(order=order, amount=Decimal("12.00"), reason="broken", key="r")
    assert {refund.amount for refund in Refund.objects.all()} == {Decimal(10), Decimal(2)}
    with pytest.raises(DomainError) as refused:
        refund_order(order=order, amount=order.total, reason="broken", key="s")
    assert refused.value.code == "above_captured" and Refund.objects.count() == 2


def test_money_adds_up_after_anything_that_happens():
    """Changes, payments, late payments and refunds at random: what is written is what moved."""
    dice = random.Random(7)
    order = paid_order(ProductFactory(stock=5, price=Decimal("30.00")).variants.get())
    stale, credited = [], Decimal(0)
    for step in range(120):
        match dice.choice(["change", "pay", "late", "refund", "sweep"]):
            case "change":
                order.refresh_from_db()
                dearer(order, str(max(Decimal(dice.randrange(-900, 1200)) / 100, 5 - order.total)))
            case "pay" if order.amount_due:
                payment = create_payment(order=order)
                if dice.random() < 0.3:
                    call_off_payment(payment=payment, reason="closed the page")
                    stale.append(payment)
                else:
                    confirm_payment(payment=payment)
            case "late" if stale:
                confirm_payment(payment=stale.pop())
            case "refund" if order.amount_paid > 1:
                Order.objects.filter(pk=order.pk).update(status="processing")
                refund_order(order=order, amount=Decimal("0.70"), reason="sorry", key=f"r{step}")
            case "sweep":
                sweep(now=later())
        order.refresh_from_db()
        captured = Payment.objects.filter(order=order, status="captured")
        came = captured.aggregate(a=Sum("amount"), b=Sum("refunded_amount"))
        credited = Refund.objects.aggregate(sum=Sum("credit"))["sum"] or 0
        assert order.amount_paid == came["a"] - came["b"] >= 0
        assert order.amount_credited == credited
        assert order.amount_due == max(order.total - order.amount_paid - credited, 0)
        assert captured.filter(live_for=order.pk).count() == len(
            set(captured.filter(live_for=order.pk).values_list("part", flat=True))
        )
    sweep(now=later())
    order.refresh_from_db()
    assert order.balance >= 0, "nothing too much is kept"


# --- Pages ----------------------------------------------------------------------------------


def test_a_balance_is_paid_on_the_payment_page_although_the_order_is_being_processed(client):
    order = dearer(paid_order(payment_method="demo"))
    order_page = client.get(order.get_absolute_url()).content.decode()
    url = reverse("payments:start", args=[order.token])
    assert url in order_page and "€10.00" in order_page
    page = client.get(url).content.decode()
    assert "€10.00</bdi> to pay" in page and 'value="cash_on_delivery"' not in page
    assert client.post(url, {"payment_method": "cash_on_delivery"}).status_code == 400
    bank = client.post(url, {"payment_method": "demo"})
    paid = client.post(bank["Location"], {"choice": "approve"}, follow=True)
    assert paid.status_code == 200 and money_of(order) == (order.total, 0, "paid")
    assert client.get(url).status_code == 302, "nothing is left to pay"
    assert Client().get(reverse("payments:start", args=["x" * 43])).status_code == 404


def test_a_transfer_of_a_balance_shows_our_account(client):
    order = dearer(paid_order())
    url = reverse("payments:start", args=[order.token])
    client.post(url, {"payment_method": "bank_transfer"})
    page = client.get(url).content.decode()
    assert "IBAN" in page and "€10.00" in page


def test_the_api_tells_what_is_due(client):
    order = dearer(paid_order())
    answer = client.get(f"/api/orders/{order.pk}?token={order.token}").json()
    assert (answer["amount_due"], answer["amount_paid"]) == (10, float(order.total - 10))
    assert (answer["payment_status"], answer["can_be_changed"]) == ("Partly paid", True)
