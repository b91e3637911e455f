"""Edited orders and their money: the difference is asked for, sent back, or paid at the door."""

import random
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.services.editing import Edit, preview_edit
from orders.services.sweep import sweep as sweep_orders
from orders.tests.factories import OrderFactory, paid_order
from payments.models import Payment, Refund
from payments.services.changing import edit_and_settle
from payments.services.payments import confirm_payment, create_payment, start_payment
from payments.services.refunds import refund_order
from payments.services.sweep import sweep
from payments.tests.stripe_shop import break_stripe, paid_at_stripe, things
from payments.tests.test_payments import bank, later

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def edit(order, pieces):
    """The order's only line has `pieces` from now on."""
    order = Order.objects.get(pk=order.pk)
    wish = Edit(quantities={order.lines.get().pk: pieces}, additions={}, reason="asked by phone")
    total = preview_edit(order=order, edit=wish).quote.total
    return edit_and_settle(order=order, edit=wish, revision=order.revision, confirmed_total=total)


def test_a_dearer_order_is_asked_for_by_email_with_the_link_to_pay(commit, mailoutbox, client):
    order = paid_order(payment_method="demo")
    with commit():
        order = edit(order, 2)
    [mail] = [mail for mail in mailoutbox if "to pay" in mail.subject]
    link = reverse("payments:start", args=[order.token])
    assert mail.subject == f"€20.00 to pay for order {order.number}"
    assert link in mail.body and "asked by phone" in mail.body
    sent = client.post(link, {"payment_method": "demo"})
    client.post(sent["Location"], {"choice": "approve"})
    order.refresh_from_db()
    assert (order.payment_status, order.amount_due, order.amount_paid) == ("paid", 0, order.total)
    assert order.payments.filter(status="captured").count() == 2


def test_a_cheaper_order_sends_the_difference_back_and_says_so(commit, mailoutbox):
    order = paid_order(quantity=3)
    with commit():
        order = edit(order, 1)
    assert (order.payment_status, order.overpaid_since) == ("paid", None)
    assert Refund.objects.get().amount == 40
    assert [mail.subject for mail in mailoutbox if "changed" in mail.subject]


def test_what_the_bank_cannot_take_back_now_is_sent_by_the_sweep_once(fake_stripe):
    order, _ = paid_at_stripe(fake_stripe, quantity=3)
    break_stripe(fake_stripe, "/v1/refunds$", times=4)
    order = edit(order, 2)
    order = edit(order, 1)
    assert order.overpaid_since is not None and {r.status for r in Refund.objects.all()} == {"pending"}
    for _ in range(2):
        sweep(now=later())
    order.refresh_from_db()
    assert (order.amount_paid, order.overpaid_since) == (order.total, None)
    assert sum(refund.amount for refund in Refund.objects.all()) == 40
    assert [one["amount"] for one in things(fake_stripe, "refund")] == [2000, 2000]


def test_up_and_down_again_before_paying_sends_nothing_back():
    order = edit(edit(paid_order(), 3), 1)
    assert (order.payment_status, order.amount_due) == ("paid", 0) and not Refund.objects.exists()


def test_an_unpaid_order_just_costs_something_else(client):
    order = OrderFactory()
    old = Payment.objects.get(order=order)
    order = edit(order, 2)
    old.refresh_from_db()
    live = Payment.objects.get(live_for=order.pk)
    assert (old.status, live.amount, live.gateway) == ("cancelled", order.total, "bank_transfer")
    assert order.expires_at > timezone.now()
    assert f"€{order.total:.2f}" in client.get(order.get_absolute_url()).content.decode()


def test_who_sits_at_the_bank_with_the_old_amount_pays_it_and_then_the_rest(client):
    order = OrderFactory(payment_method="demo")
    old = Payment.objects.get(order=order)
    start_payment(payment=old)
    order = edit(order, 2)
    bank(client, old, "approve")
    order.refresh_from_db()
    assert (order.payment_status, order.amount_paid, order.amount_due) == ("partly_paid", old.amount, 20)
    sweep_orders(now=later())
    assert Order.objects.get(pk=order.pk).status == "pending", "an order that holds money does not expire"
    confirm_payment(payment=create_payment(order=order))
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("processing", "paid")


def test_what_is_paid_at_the_door_is_just_another_total(commit, mailoutbox):
    order = OrderFactory(payment_method="cash_on_delivery")
    with commit():
        order = edit(order, 2)
    assert (order.payment_status, Payment.objects.get(live_for=order.pk).amount) == ("unpaid", order.total)
    [mail] = [mail for mail in mailoutbox if "changed" in mail.subject]
    assert "to the courier at the door" in mail.body


def test_goodwill_of_before_is_not_asked_for_again():
    order = paid_order()
    refund_order(order=order, amount=Decimal("5.00"), reason="scratched", key="g")
    order = edit(order, 2)
    assert (order.amount_due, order.payment_status) == (20, "partly_paid")
    order = edit(order, 1)
    assert (order.amount_due, order.payment_status) == (0, "partly_refunded")


def test_money_adds_up_after_edits_payments_and_refunds_at_random():
    dice = random.Random(11)
    order = paid_order(ProductFactory(stock=900, price=Decimal("7.35")).variants.get(), quantity=4)
    for step in range(40):
        match dice.choice(["edit", "pay", "refund", "sweep"]):
            case "edit":
                try:
                    edit(order, dice.randrange(1, 9))
                except DomainError as error:
                    assert error.code == "no_change"
            case "pay" if order.amount_due:
                confirm_payment(payment=create_payment(order=order))
            case "refund" if order.amount_paid > 1:
                refund_order(order=order, amount=Decimal("0.90"), reason="sorry", key=f"r{step}")
            case "sweep":
                sweep(now=later())
        order.refresh_from_db()
        money = Payment.objects.filter(order=order, status="captured").aggregate(
            came=Sum("amount"), went=Sum("refunded_amount")
        )
        assert order.amount_paid == money["came"] - money["went"] >= 0
        assert order.amount_due == max(order.total - order.amount_paid - order.amount_credited, 0)
        assert order.balance >= 0, "an edit sends at once what is too much"
        assert order.quoted.total == order.total
