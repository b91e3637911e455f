"""Returns on pages: asked for by a guest or a customer, approved, received, refunded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockItem, StockMovement
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import Notification, Order, OrderLine, Return, ReturnLine
from orders.services.fulfilment import deliver_order
from orders.services.notifications import send_owed
from orders.services.return_steps import (
    WrongReturnState,
    approve_return,
    close_return,
    receive_return,
    reject_return,
)
from orders.services.returns import TooLate, deadline_of, request_return
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
KEY = "0123456789abcdef0123456789abcdef"


def new_url(order):
    return reverse("orders:return_new", args=[order.token])


def asked(order, *, pieces=1, reason="changed_mind", **more):
    line = order.lines.get()
    return {"key": KEY, f"pieces_{line.pk}": pieces, f"reason_{line.pk}": reason, **more}


def a_return(order=None, pieces=1, **fields):
    order = order or shipped_order(quantity=3)
    lines = {line.pk: (pieces, "damaged", "") for line in order.lines.all()}
    return request_return(order=order, lines=lines, **fields)


def arrived(return_, restocked=0):
    approve_return(return_=return_)
    rows = {row.pk: (row.quantity, restocked) for row in return_.lines.all()}
    return receive_return(return_=return_, received=rows)


@pytest.mark.parametrize("buyer", ["guest", "customer"])
def test_a_shopper_asks_checks_the_money_and_sees_the_answer(client, buyer):
    order = shipped_order(quantity=2, customer=UserFactory() if buyer == "customer" else None)
    if buyer == "customer":
        client.force_login(order.customer)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Send something back" in page and "You can send things back until" in page
    checked = client.post(new_url(order), asked(order, check="1"))
    assert "€20.00" in checked.content.decode() and not Return.objects.exists()
    answer = client.post(new_url(order), asked(order, confirm="1", note="Too bright"), follow=True)
    made = Return.objects.get()
    assert answer.redirect_chain[-1][0] == made.get_absolute_url()
    text = answer.content.decode()
    assert f"Its number is {made.number}" in text and "Too bright" in text
    assert f"Return {made.number} asked for" in text
    approve_return(return_=made)
    text = client.get(made.get_absolute_url()).content.decode()
    assert "Where to send it" in text and "approved: please send it to us" in text
    listed = client.get(order.get_absolute_url()).content.decode()
    assert made.number in listed
    if buyer == "customer":
        account = client.get(reverse("orders:history_detail", args=[order.number])).content.decode()
        assert made.number in account


def test_pressing_twice_asks_once_and_going_back_keeps_what_was_typed(client):
    order = shipped_order(quantity=3)
    for _ in range(2):
        client.post(new_url(order), asked(order, confirm="1"))
    assert Return.objects.count() == 1 and order.lines.get().quantity_returned == 1
    text = client.post(new_url(order), asked(order, pieces=2, change="1", note="Kept words")).content.decode()
    assert "Kept words" in text and '<option value="2" selected' in text


def test_strangers_find_no_return(client):
    made, other = a_return(), shipped_order()
    for token, number in (
        (other.token, made.number),
        ("x" * 43, made.number),
        (made.order.token, "R0000000"),
    ):
        assert client.get(reverse("orders:return", args=[token, number])).status_code == 404
        assert client.post(reverse("orders:return_cancel", args=[token, number])).status_code == 404
    assert client.get(reverse("orders:return_new", args=["x" * 43])).status_code == 404
    made.refresh_from_db()
    assert made.status == "requested"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"pieces": 0}, "Choose at least one thing"),
        ({"pieces": 4}, "At most 3 of"),
        ({"reason": ""}, "Choose why you send"),
        ({"reason": "nonsense"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_said_and_kept(client, answers, words):
    order = shipped_order(quantity=3)
    page = client.post(new_url(order), asked(order, confirm="1", note="Kept words", **answers))
    text = page.content.decode()
    assert page.status_code == 400 and words in text and "Kept words" in text
    assert not Return.objects.exists()


def test_no_more_comes_back_than_was_sent():
    order = shipped_order(quantity=3)
    a_return(order, 2)
    with pytest.raises(DomainError, match="1 of .* can still be sent back") as refused:
        a_return(order, 2)
    assert refused.value.code == "too_many"
    a_return(order, 1)
    assert order.lines.get().quantity_returned == 3 and Return.objects.count() == 2
    with pytest.raises(BadInput):
        request_return(order=order, lines={10**6: (1, "other", "")})


def test_too_late_is_said_in_words_with_whom_to_ask(client):
    order = shipped_order()
    deliver_order(order=order)
    Order.objects.filter(pk=order.pk).update(delivered_at=timezone.now() - timedelta(days=60))
    page = client.get(new_url(order)).content.decode()
    assert "The time to send something back ended on" in page and "hello@alcove.example" in page
    refused = client.post(new_url(order), asked(order, confirm="1"))
    assert refused.status_code == 409 and "write to hello@alcove.example" in refused.content.decode()
    assert "ended on" in client.get(order.get_absolute_url()).content.decode()
    order.refresh_from_db()
    with pytest.raises(TooLate):
        a_return(order)


def test_nothing_comes_back_of_an_order_that_has_not_left(client):
    order = paid_order()
    assert client.post(new_url(order), {"key": KEY, "confirm": "1"}).status_code == 400
    with pytest.raises(DomainError):
        a_return(order)
    with pytest.raises(WrongReturnState):
        a_return(OrderFactory())


def test_the_days_begin_with_the_delivery():
    order = shipped_order()
    by_post = deadline_of(order)
    deliver_order(order=order)
    order.refresh_from_db()
    assert deadline_of(order) < by_post
    assert deadline_of(order) - order.delivered_at >= timedelta(days=30)


def test_keeping_it_after_all_makes_room_again(client):
    order = shipped_order(quantity=1)
    made = a_return(order)
    url = reverse("orders:return_cancel", args=[order.token, made.number])
    for _ in range(2):
        assert client.post(url).status_code == 302
    made.refresh_from_db()
    assert made.status == "cancelled" and order.lines.get().quantity_returned == 0
    assert order.events.filter(kind="return_cancelled").count() == 1
    again = arrived(a_return(order))
    client.post(reverse("orders:return_cancel", args=[order.token, again.number]))
    again.refresh_from_db()
    assert again.status == "received"


def test_rejecting_says_why_and_makes_room_again(client):
    made = a_return()
    with pytest.raises(BadInput):
        reject_return(return_=made, reason=" ")
    for _ in range(2):
        reject_return(return_=made, reason="It was engraved for you.")
    assert made.order.lines.get().quantity_returned == 0
    assert "It was engraved for you." in client.get(made.get_absolute_url()).content.decode()
    with pytest.raises(WrongReturnState):
        approve_return(return_=made)


def test_restocking_changes_stock_and_ledger_and_not_restocking_does_not():
    order = shipped_order(ProductFactory(stock=10).variants.get(), quantity=3)
    made = a_return(order, 3)
    approve_return(return_=made)
    before = StockItem.objects.get().on_hand
    row = made.lines.get()
    for _ in range(2):
        receive_return(return_=made, received={row.pk: (2, 1)})
    assert StockItem.objects.get().on_hand == before + 1
    movement = StockMovement.objects.get(kind=StockMovement.Kind.RETURNED)
    assert (movement.change, movement.reason) == (1, f"Return {made.number}")
    row.refresh_from_db()
    assert (row.received_quantity, row.restocked_quantity) == (2, 1)
    assert order.lines.get().quantity_returned == 2, "the one that did not arrive may be asked back again"
    other = a_return(order, 1)
    arrived(other, restocked=0)
    assert StockItem.objects.get().on_hand == before + 1
    assert StockMovement.objects.filter(kind=StockMovement.Kind.RETURNED).count() == 1


@pytest.mark.parametrize("counts", [(4, 0), (1, 2), (-1, 0), (0, 0)])
def test_counts_that_cannot_be_are_refused(counts):
    made = a_return(pieces=3)
    approve_return(return_=made)
    with pytest.raises(BadInput):
        receive_return(return_=made, received={made.lines.get().pk: counts})
    made.refresh_from_db()
    assert made.status == "approved"


def test_closing_one_that_never_came_makes_room_again():
    made = a_return()
    approve_return(return_=made)
    for _ in range(2):
        close_return(return_=made, reason="It never arrived.")
    assert made.order.lines.get().quantity_returned == 0
    assert made.order.events.filter(kind="return_closed").count() == 1
    send_owed(now=timezone.now())
    (told,) = [one for one in mail.outbox if one.subject == f"Return {made.number} is closed"]
    assert "closed without a refund: It never arrived." in told.body
    assert "closed without a refund" in told.alternatives[0][0]


def test_a_key_of_another_order_asks_anew():
    first, other = a_return(key=KEY), a_return(key=KEY)
    assert first.pk != other.pk and a_return(first.order, key=KEY).pk == first.pk


def test_every_step_that_concerns_the_shopper_is_told_by_email():
    made = a_return()
    approve_return(return_=made)
    rejected = a_return(made.order)
    reject_return(return_=rejected, reason="It was engraved for you.")
    send_owed(now=timezone.now())
    texts = {message.subject: message for message in mail.outbox}
    asked_for = texts[f"We have your request for return {made.number}"]
    approved = texts[f"Return {made.number}: please send it to us"]
    refused = texts[f"We cannot accept return {rejected.number}"]
    assert "engraved for you" in refused.body and "Germany" in approved.body
    for message in (asked_for, approved, refused):
        html = message.alternatives[0][0]
        assert "/returns/R" in message.body and "/returns/R" in html
        assert made.lines.get().line.full_name in message.body
    kinds = Notification.objects.filter(order=made.order, kind__startswith="return_")
    assert kinds.filter(sent_at=None).count() == 0 and kinds.count() == 4


def test_the_database_itself_refuses_more_than_was_sent():
    from django.db import IntegrityError, transaction

    made = a_return(pieces=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.update(quantity_returned=4)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnLine.objects.filter(return_made=made).update(received_quantity=4)


def test_queries_of_the_order_page_do_not_grow_with_its_returns(client, django_assert_max_num_queries):
    order = shipped_order(quantity=3)
    a_return(order)
    client.get(order.get_absolute_url())
    with django_assert_max_num_queries(30) as few:
        client.get(order.get_absolute_url())
    a_return(order)
    a_return(order)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(order.get_absolute_url())


def test_amounts_are_exact_for_three_pieces():
    from orders.services.return_money import refund_estimate

    order = shipped_order(quantity=3)
    OrderLine.objects.filter(order=order).update(total=Decimal("10.00"))
    worth = refund_estimate(order=order, lines={order.lines.get().pk: 1})
    assert (worth.total, worth.covers_order) == (Decimal("3.33"), False)
