"""The withdrawal button: before and after shipping, with its receipt; nobody else's order."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import DomainError
from orders.models import Order, Return, Withdrawal
from orders.services.fulfilment import deliver_order, ship_order
from orders.services.notifications import send_owed
from orders.services.return_steps import WrongReturnState, cancel_return
from orders.tests.factories import DiscountFactory, OrderFactory, paid_order, shipped_order
from payments.models import Refund
from payments.services.sweep import sweep
from payments.services.withdrawal import withdraw
from payments.tests.stripe_shop import break_stripe, paid_at_stripe

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
PAGE = reverse("payments:withdraw")


def who(order, **more):
    return {"name": "Nora Nagel", "number": order.number.lower(), "email": order.email.upper(), **more}


def confirm(client, order, lines=None):
    chosen = [line.pk for line in lines or order.lines.all()]
    return client.post(PAGE, who(order, confirm="1", lines=chosen), follow=True)


def two_things(maker=paid_order):
    return maker(*(ProductFactory(stock=9, name=name).variants.get() for name in ("Blue mug", "Red vase")))


def test_every_page_and_the_order_page_lead_to_it(client):
    order = shipped_order()
    assert "Withdraw from contract here" in client.get(reverse("page", args=["terms"])).content.decode()
    text = client.get(order.get_absolute_url()).content.decode()
    assert f"{PAGE}?token={order.token}" in text
    first = client.get(f"{PAGE}?token={order.token}").content.decode()
    assert order.number in first and order.email in first
    assert client.get(f"{PAGE}?token={'x' * 43}").status_code == 404


def test_before_shipping_the_order_is_cancelled_and_paid_back(client):
    order = two_things()
    statement = client.post(PAGE, who(order)).content.decode()
    assert "Confirm withdrawal" in statement and statement.count(" checked") == 2
    assert not Withdrawal.objects.exists()
    text = confirm(client, order).content.decode()
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert set(StockItem.objects.values_list("held", flat=True)) == {0}
    assert "I, Nora Nagel, hereby give notice that I withdraw" in text
    assert "Blue mug" in text and "will not be sent" in text
    assert "Withdraw from contract here</a></p>" not in client.get(order.get_absolute_url()).content.decode()


def test_the_receipt_has_the_statement_and_the_date_and_time(client):
    order = two_things(shipped_order)
    confirm(client, order)
    made = Withdrawal.objects.get()
    send_owed(now=timezone.now())
    (receipt,) = [one for one in mail.outbox if one.subject.startswith("Receipt of your withdrawal")]
    when = timezone.localtime(made.received_at)
    assert receipt.to == [order.email]
    for text in (receipt.body, receipt.alternatives[0][0]):
        assert made.statement in text and order.number in text and "Red vase" in text
        assert f"{when:%H:%M:%S}" in text and f"{when.day} {when:%B %Y}" in text
        assert f"as return {made.return_made.number}" in text
    assert not [one for one in mail.outbox if "None" in one.body or "{{" in one.body]


def test_after_shipping_it_becomes_an_approved_return_and_no_reason_is_asked(client):
    order = shipped_order(quantity=2)
    confirm(client, order)
    made = Return.objects.get()
    assert (made.kind, made.status, made.withdrawal) == ("withdrawal", "approved", Withdrawal.objects.get())
    row = made.lines.get()
    assert (row.quantity, row.reason) == (2, "withdrawn")
    order.refresh_from_db()
    assert order.status == "shipped"
    with pytest.raises(WrongReturnState, match="write to us"):
        cancel_return(return_=made)


def test_partly_shipped_both_happens():
    order = two_things()
    blue, red = order.lines.all()
    ship_order(order=order, carrier="DHL", quantities={blue.pk: 1})
    made = withdraw(order=order, name="Nora", email=order.email, line_ids=[blue.pk, red.pk])
    assert made.return_made.lines.get().line == blue
    flag = order.events.get(kind="withdraw_lines")
    assert not flag.is_public and "Red vase" in flag.message and "Blue mug" not in flag.message
    assert "Not sent yet: 1 × Red vase" in made.effect and made.return_made.number in made.effect
    order.refresh_from_db()
    assert [line.pk for line in order.lines.all()] == [blue.pk] and order.status == "shipped"
    assert refunded(order) == red.total and held() == 0


def refunded(order):
    done = Refund.objects.filter(payment__order=order, status=Refund.Status.DONE)
    return sum(refund.amount for refund in done)


def held():
    return sum(StockItem.objects.values_list("held", flat=True))


def test_a_part_of_an_unsent_order_is_taken_out_and_paid_back_and_the_rest_cancels_it():
    order = two_things()
    blue, red = order.lines.all()
    made = withdraw(order=order, name="Nora", email=order.email, line_ids=[blue.pk])
    order.refresh_from_db()
    assert order.status == "processing" and not Return.objects.exists()
    assert order.events.get(kind="withdraw_lines").data["lines"] == {str(blue.pk): 1}
    assert [row["name"] for row in made.lines] == ["Blue mug"]
    assert [line.pk for line in order.lines.all()] == [red.pk]
    assert refunded(order) == blue.total and held() == 1
    again = withdraw(order=order, name="Nora", email=order.email, line_ids=[blue.pk])
    assert again == made and refunded(order) == blue.total
    withdraw(order=order, name="Nora", email=order.email, line_ids=[red.pk])
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")


def test_where_the_rest_would_cost_more_it_is_left_to_staff():
    DiscountFactory(code="", kind="amount", amount=25, minimum_spend=40)
    order = two_things()
    blue, _ = order.lines.all()
    withdraw(order=order, name="Nora", email=order.email, line_ids=[blue.pk])
    order.refresh_from_db()
    assert order.lines.count() == 2 and order.revision == 0 and refunded(order) == 0
    assert order.events.filter(kind="withdraw_lines", is_public=False).exists()


def test_repeating_shows_the_same_receipt(client):
    order = two_things()
    pages = [confirm(client, order) for _ in range(3)]
    assert len({page.redirect_chain[-1][0] for page in pages}) == 1
    assert Withdrawal.objects.count() == 1 and Refund.objects.count() == 1
    assert order.notifications.filter(kind="withdrawal_receipt").count() == 1


def test_number_and_email_are_both_needed_and_the_words_are_not_lost(client):
    order = paid_order()
    answers = []
    for number, email in ((order.number, "x@example.com"), ("00000000", order.email)):
        page = client.post(PAGE, who(order) | {"number": number, "email": email, "confirm": "1"})
        text = page.content.decode()
        assert "hello@alcove.example" in text and 'value="Nora Nagel"' in text
        assert "I, Nora Nagel, hereby give notice that I withdraw" in text
        assert f"order number {number}, email address {email}" in text
        text = text.replace(number, "").replace(email, "").replace(email.replace("@", "%40"), "")
        answers.append((page.status_code, text[text.index("<main") : text.index("csrfmiddlewaretoken")]))
    assert answers[0] == answers[1] and answers[0][0] == 400
    assert not Withdrawal.objects.exists()


def test_guessing_is_slowed_down(client):
    order = paid_order()
    for _ in range(20):
        client.post(PAGE, who(order) | {"number": "00000000"})
    assert client.post(PAGE, who(order)).status_code == 429


def test_nothing_chosen_and_things_of_others_are_refused(client):
    order, other = paid_order(), paid_order()
    assert client.post(PAGE, who(order, confirm="1")).status_code == 400
    refused = client.post(PAGE, who(order, confirm="1", lines=[other.lines.get().pk]))
    assert refused.status_code == 400 and "Choose at least one thing" in refused.content.decode()
    assert not Withdrawal.objects.exists()


def test_strangers_find_no_receipt(client):
    order, other = paid_order(), paid_order()
    made = withdraw(order=order, name="N", email=order.email, line_ids=[order.lines.get().pk])
    assert client.get(reverse("payments:withdrawal", args=[order.token, made.pk])).status_code == 200
    assert client.get(reverse("payments:withdrawal", args=[other.token, made.pk])).status_code == 404


def test_after_the_period_it_says_so(client):
    order = shipped_order()
    deliver_order(order=order)
    Order.objects.filter(pk=order.pk).update(delivered_at=timezone.now() - timedelta(days=60))
    page = client.post(PAGE, who(order))
    assert page.status_code == 409 and "ended on" in page.content.decode()
    assert client.post(PAGE, who(order, confirm="1", lines=[order.lines.get().pk])).status_code == 409
    assert not Withdrawal.objects.exists()


def test_an_unpaid_order_is_simply_cancelled():
    order = OrderFactory()
    made = withdraw(order=order, name="N", email=order.email, line_ids=[order.lines.get().pk])
    order.refresh_from_db()
    assert order.status == "cancelled" and "What you paid" not in made.effect
    with pytest.raises(DomainError, match="nothing is left to withdraw from"):
        withdraw(order=order, name="N", email=order.email, line_ids=[10**9])


def test_a_bank_that_does_not_answer_keeps_nobody_from_withdrawing(fake_stripe):
    order, _ = paid_at_stripe(fake_stripe)
    break_stripe(fake_stripe, "/v1/refunds$")
    withdraw(order=order, name="N", email=order.email, line_ids=[order.lines.get().pk])
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "paid")
    sweep(now=timezone.now())
    order.refresh_from_db()
    assert order.payment_status == "refunded"
