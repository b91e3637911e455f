"""Money that comes after its order was cancelled for want of it: on after all, or the shopper is asked."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalog.models import Hold, StockItem, Variant
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from dashboard import worklists
from ecommerce.lib.errors import DomainError
from orders.models import Discount, Order
from orders.services.cart import add_coupon
from orders.services.late_money import wait_for_goods
from orders.services.orders import cancel_order, expire_unpaid
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with, paid_order
from payments.gateways.demo.gateway import decide
from payments.models import DemoRefund, Payment
from payments.services.orders import cancel_and_refund, place_and_pay
from payments.services.payments import confirm_payment, settle, start_payment
from payments.services.sweep import sweep

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def late(order):
    """The time to pay is over, nobody swept the bank, and now the shopper's approval comes in."""
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    expire_unpaid(now=timezone.now() + timedelta(days=9))
    order.refresh_from_db()
    assert order.status == "cancelled"
    decide(reference=payment.reference, approve=True)
    return payment


def pay_late(order):
    settle(payment=late(order))
    order.refresh_from_db()


def sold_out_meanwhile(*, backorder_limit=0, **wanted):
    """An order paid too late, the last piece of which somebody else has bought."""
    variant = ProductFactory(stock=1).variants.get()
    order = OrderFactory(variant, payment_method="demo", **wanted)
    payment = late(order)
    paid_order(variant)
    Variant.objects.filter(pk=variant.pk).update(backorder_limit=backorder_limit, backorder_days=8)
    settle(payment=payment)
    order.refresh_from_db()
    return order


def kinds(order):
    return list(order.notifications.order_by("pk").values_list("kind", flat=True))


def test_an_order_paid_too_late_lives_again_while_its_goods_are_there():
    order = OrderFactory(payment_method="demo", quantity=2)
    pay_late(order)
    assert (order.status, order.payment_status, order.cancelled_at) == ("processing", "paid", None)
    assert order.invoices.count() == 1
    assert StockItem.objects.get().held == 2 == Hold.objects.get(state="active").quantity
    assert kinds(order) == ["order_received", "order_cancelled", "order_revived"]
    assert order.events.filter(kind="revived", is_public=True).exists()
    assert sweep(now=timezone.now() + timedelta(days=30))["payments returned"] == 0


def test_its_shopper_gets_one_email_that_says_so(django_capture_on_commit_callbacks):
    order = OrderFactory(payment_method="demo")
    payment = late(order)
    with django_capture_on_commit_callbacks(execute=True):
        settle(payment=payment)
        settle(payment=payment)
    (sent,) = mail.outbox
    assert sent.subject == f"Your order {order.number} is on after all"
    assert "we have brought the order back" in sent.body


def test_a_word_of_cancelling_that_was_not_sent_yet_is_not_sent_any_more():
    from orders.services.notifications import send_owed

    order = OrderFactory(payment_method="demo")
    pay_late(order)
    send_owed(now=timezone.now())
    subjects = [sent.subject for sent in mail.outbox]
    assert not [subject for subject in subjects if subject.endswith("is cancelled")], subjects


def test_cancelled_again_it_is_told_again():
    order = OrderFactory(payment_method="demo")
    pay_late(order)
    cancel_and_refund(order=order, reason="too late for me", by_shopper=True)
    order.refresh_from_db()
    assert (order.status, order.payment_status, StockItem.objects.get().held) == ("cancelled", "refunded", 0)
    assert kinds(order).count("order_cancelled") == 2
    assert DemoRefund.objects.get().amount == order.total


def test_the_uses_of_its_discounts_count_again():
    discount = DiscountFactory(code="ONCE", max_uses=1)
    cart = cart_with()
    add_coupon(cart=cart, code="ONCE")
    order, _ = place_and_pay(cart=cart, confirmed_total=None, payment_method="demo")
    payment = late(order)
    assert Discount.objects.get().uses == 0
    settle(payment=payment)
    order.refresh_from_db()
    discount.refresh_from_db()
    assert (order.status, discount.uses) == ("processing", 1)
    assert order.discount_uses.get().released_at is None


def test_without_its_discount_it_does_not_live_again():
    DiscountFactory(code="ONCE", max_uses=1)
    variant = ProductFactory(stock=9).variants.get()
    carts = [cart_with(variant), cart_with(variant)]
    add_coupon(cart=carts[0], code="ONCE")
    order, _ = place_and_pay(cart=carts[0], confirmed_total=None, payment_method="demo")
    payment = late(order)
    add_coupon(cart=carts[1], code="ONCE")
    place_and_pay(cart=carts[1], confirmed_total=None, payment_method="demo")
    settle(payment=payment)
    order.refresh_from_db()
    assert (order.status, order.choice_until, Discount.objects.get().uses) == ("cancelled", None, 1)
    assert StockItem.objects.get().held == 1, "what was taken for it is given back"


@pytest.mark.parametrize("reason", ["shopper", "staff"])
def test_an_order_that_somebody_cancelled_stays_cancelled(reason):
    order = OrderFactory(payment_method="demo")
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    cancel_order(order=order, reason="no", by_shopper=reason == "shopper")
    decide(reference=payment.reference, approve=True)
    settle(payment=payment)
    order.refresh_from_db()
    assert (order.status, order.choice_until, StockItem.objects.get().held) == ("cancelled", None, 0)
    assert sweep(now=timezone.now())["payments returned"] == 1


def test_when_the_goods_are_gone_the_shopper_is_told_and_the_money_goes_back():
    order = sold_out_meanwhile()
    assert (order.status, order.choice_until) == ("cancelled", None)
    assert kinds(order)[-1] == "paid_too_late"
    (gone,) = order.events.filter(kind="goods_gone")
    assert not gone.is_public and "sold out" in gone.message
    assert sweep(now=timezone.now())["payments returned"] == 1
    assert sweep(now=timezone.now())["payments returned"] == 0
    order.refresh_from_db()
    assert (order.payment_status, DemoRefund.objects.get().amount) == ("refunded", order.total)
    assert StockItem.objects.get().held == 1


def test_what_can_be_ordered_again_is_the_shoppers_choice(client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        order = sold_out_meanwhile(backorder_limit=5)
    assert order.choice_until is not None
    assert Order.objects.filter(worklists.too_late()).get() == order
    assert worklists.order_counts()["too_late"] == 1
    page = client.get(order.get_absolute_url()).content.decode()
    address = reverse("payments:late", args=[order.token])
    assert address in page
    told = [sent for sent in mail.outbox if address in sent.body]
    assert len(told) == 1 and "came too late" in told[0].subject
    assert sweep(now=timezone.now() + timedelta(days=2))["payments returned"] == 0, "the shopper may choose"


def test_whoever_waits_gets_a_live_order_with_a_later_promise(client):
    order = sold_out_meanwhile(backorder_limit=5)
    before = order.promised_until
    address = reverse("payments:late", args=[order.token])
    for _ in range(2):
        answer = client.post(address, {"choice": "wait"}, follow=True)
        assert answer.status_code == 200
    assert "Your order is on" in answer.content.decode()
    order.refresh_from_db()
    assert (order.status, order.payment_status, order.choice_until) == ("processing", "paid", None)
    assert order.promised_until > before
    assert sum(inventory.waiting_for(order.stock_reference).values()) == 1
    assert (order.invoices.count(), kinds(order).count("order_revived")) == (1, 1)
    assert client.post(address, {"choice": "back"}, follow=True).status_code == 200
    sweep(now=timezone.now() + timedelta(days=9))
    assert not DemoRefund.objects.exists(), "it is on: its money stays"


def test_whoever_wants_the_money_gets_it_at_once_and_once(client):
    order = sold_out_meanwhile(backorder_limit=5)
    address = reverse("payments:late", args=[order.token])
    for choice in ("back", "back", "wait"):
        answer = client.post(address, {"choice": choice}, follow=True)
        assert answer.status_code == 200
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert DemoRefund.objects.get().amount == order.total
    assert "on its way back" in answer.content.decode()
    with pytest.raises(DomainError) as over:
        wait_for_goods(order=order)
    assert over.value.code == "choice_over"


def test_whoever_does_not_choose_gets_the_money_after_three_days(client):
    order = sold_out_meanwhile(backorder_limit=5)
    assert sweep(now=timezone.now() + timedelta(days=3, minutes=1))["payments returned"] == 1
    order.refresh_from_db()
    assert (order.choice_until, order.payment_status) == (None, "refunded")
    assert order.events.filter(kind="choice_ended").count() == 1
    assert client.get(reverse("payments:late", args=[order.token])).status_code == 302


def test_what_others_took_meanwhile_can_not_be_waited_for_any_more(client):
    order = sold_out_meanwhile(backorder_limit=1)
    OrderFactory(order.lines.get().variant)
    answer = client.post(reverse("payments:late", args=[order.token]), {"choice": "wait"})
    assert answer.status_code == 409 and "sold out" in answer.content.decode()
    order.refresh_from_db()
    assert order.status == "cancelled" and order.choice_until is not None
    assert Variant.objects.get().backordered == 1


def test_a_stranger_gets_no_choice_and_a_bad_answer_a_clear_word(client):
    order = sold_out_meanwhile(backorder_limit=5)
    assert client.get(reverse("payments:late", args=["nobody"])).status_code == 404
    assert client.post(reverse("payments:late", args=["nobody"]), {"choice": "back"}).status_code == 404
    answer = client.post(reverse("payments:late", args=[order.token]), {"choice": "both"})
    assert answer.status_code == 400 and "Choose whether" in answer.content.decode()
    order.refresh_from_db()
    assert order.choice_until is not None


def test_a_transfer_that_is_short_does_not_bring_an_order_back():
    order = OrderFactory(payment_method="bank_transfer")
    payment = Payment.objects.get(order=order)
    expire_unpaid(now=timezone.now() + timedelta(days=9))
    Order.objects.filter(pk=order.pk).update(total=order.total + 5, subtotal=order.subtotal + 5)
    confirm_payment(payment=payment)
    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("cancelled", payment.amount)
