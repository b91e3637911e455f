"""Orders on pages: by link, by number and email, and a customer's own."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from orders.models import CartLine, Notification
from orders.services.fulfilment import ship_order
from orders.services.notifications import owe, send_notification, send_owed
from orders.tests.factories import OrderFactory, paid_order, shipped_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
LOOKUP = reverse("orders:track_lookup")


def test_the_link_opens_the_order_and_nothing_else_does(client):
    order = shipped_order()
    text = client.get(order.get_absolute_url()).content.decode()
    assert (
        order.number in text
        and "JJD000390001" in text
        and "https://tracking.example/?id=JJD000390001" in text
    )
    assert "Payment received" in text and "Lindenallee 7" in text
    for token in (order.number, "x" * 43):
        assert client.get(reverse("orders:track", args=[token])).status_code == 404


def test_number_and_email_together_open_it(client):
    order = OrderFactory()
    found = client.post(LOOKUP, {"number": f" {order.number.lower()} ", "email": order.email.upper()})
    assert found["Location"] == order.get_absolute_url()


def test_33_a_wrong_number_and_a_wrong_email_get_the_same_answer(client):
    order = OrderFactory()
    unknown = ("00000000", "x@example.com")
    answers = []
    for number, email in ((order.number, "x@example.com"), ("00000000", order.email), unknown):
        client.get(LOOKUP)
        with CaptureQueriesContext(connection) as queries:
            page = client.post(LOOKUP, {"number": number, "email": email})
        text = page.content.decode().replace(number, "").replace(email, "")
        text = re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", text)
        answers.append((page.status_code, text, len(queries)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 400


def test_guessing_is_slowed_down(client):
    for _ in range(20):
        client.post(LOOKUP, {"number": "00000000", "email": "x@example.com"})
    assert client.post(LOOKUP, {"number": "00000000", "email": "x@example.com"}).status_code == 429


def test_staff_only_events_are_not_shown(client):
    order = OrderFactory()
    order.events.create(kind="note", message="customer sounded cross", is_public=False)
    assert "sounded cross" not in client.get(order.get_absolute_url()).content.decode()


def test_a_customer_sees_only_their_own_orders(client):
    mine, theirs = paid_order(customer=UserFactory()), paid_order(customer=UserFactory())
    client.force_login(mine.customer)
    text = client.get(reverse("orders:history")).content.decode()
    assert mine.number in text and theirs.number not in text
    assert client.get(reverse("orders:history_detail", args=[mine.number])).status_code == 200
    for name in ("history_detail", "reorder"):
        url = reverse(f"orders:{name}", args=[theirs.number])
        answer = client.post(url) if name == "reorder" else client.get(url)
        assert answer.status_code == 404
    client.logout()
    assert client.get(reverse("orders:history")).status_code == 302


def test_ordering_again_takes_what_is_still_there(client):
    kept, gone = ProductFactory(stock=9), ProductFactory(stock=9, name="Old lamp")
    order = paid_order(kept.variants.get(), gone.variants.get(), customer=UserFactory())
    gone.delete()
    client.force_login(order.customer)
    page = client.post(reverse("orders:reorder", args=[order.number]), follow=True)
    assert "We no longer sell Old lamp" in page.content.decode()
    assert CartLine.objects.get(cart__open_for=order.customer_id).variant.product == kept


def test_cancelling_gives_money_and_stock_back(client):
    order = paid_order(payment_method="bank_transfer")
    page = client.post(
        reverse("payments:cancel", args=[order.token]), {"reason": "wrong colour"}, follow=True
    )
    text = page.content.decode()
    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert "What you paid is on its way back" in text and "wrong colour" in text
    assert StockItem.objects.get().held == 0


def test_a_shipped_order_is_not_cancelled(client):
    order = shipped_order()
    page = client.post(reverse("payments:cancel", args=[order.token]))
    assert page.status_code == 409 and "is shipped and cannot become cancelled" in page.content.decode()


def test_49_emails_about_an_order_name_the_shops_address_whatever_host_was_asked(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    order = OrderFactory()
    client.get(LOOKUP, headers={"host": "evil.example"})
    send_owed(now=order.placed_at)
    for message in mail.outbox:
        both = message.body + message.alternatives[0][0]
        assert "evil.example" not in both
        assert f"{settings.SITE_URL}{order.get_absolute_url()}" in both or order.get_absolute_url() in both
    assert mail.outbox


def test_emails_carry_number_lines_total_and_link():
    order = shipped_order()
    send_owed(now=order.placed_at)
    subjects = {message.subject: message for message in mail.outbox}
    shipped = subjects[f"Order {order.number} is on its way"]
    assert "JJD000390001" in shipped.body and "http" in shipped.body
    received = subjects[f"We have your order {order.number}"]
    html = received.alternatives[0][0]
    for text in (received.body, html):
        assert order.number in text and "€23.90" in text and order.get_absolute_url() in text
        assert order.lines.get().name in text
    assert "DE02 1203" not in received.body, "it is paid by now"
    assert len(html.encode()) < 100_000


def test_the_email_about_a_transfer_says_where_it_goes():
    order = OrderFactory(payment_method="bank_transfer")
    send_owed(now=order.placed_at)
    (received,) = mail.outbox
    assert "DE02 1203" in received.body and "€23.90" in received.body


def test_an_email_is_sent_once_and_found_again_when_lost(settings):
    order = OrderFactory()
    row = Notification.objects.get(order=order)
    settings.EMAIL_BACKEND = "no.such.Backend"
    assert send_notification(row.pk) is False
    row.refresh_from_db()
    assert row.sent_at is None and row.last_error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_owed(now=order.placed_at) == 1
    assert send_owed(now=order.placed_at) == 0
    assert send_notification(row.pk) is False
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_for_hours_loses_no_email():
    order = OrderFactory()
    Notification.objects.filter(order=order).update(attempts=600)
    assert send_owed(now=order.placed_at + timedelta(hours=10)) == 1


@pytest.mark.parametrize("orders", [1, 6])
def test_queries_do_not_grow_with_the_history(client, orders):
    user = UserFactory()
    for _ in range(orders):
        OrderFactory(ProductFactory(stock=9).variants.get(), customer=user)
    client.force_login(user)
    client.get(reverse("orders:history"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("orders:history"))
    assert len(queries) <= 8


def test_a_parcel_with_a_part_tells_what_is_in_it(commit):
    mug, book = (ProductFactory(name=name, stock=5).variants.get() for name in ("Mug", "Book"))
    order = paid_order(mug, book)
    line = order.lines.get(variant=mug)
    with commit():
        ship_order(order=order, carrier="DHL", quantities={line.pk: 1})
    body = mail.outbox[-1].body
    assert f"a part of your order {order.number} left" in body
    assert "1 x Mug" in body and "Book" not in body


def test_money_that_came_first_is_not_asked_for_by_a_late_email():
    order = paid_order()
    owe(order=order, kind=Notification.Kind.PAYMENT_REQUEST, key="late")
    before = len(mail.outbox)
    send_owed(now=timezone.now())
    late = Notification.objects.get(kind=Notification.Kind.PAYMENT_REQUEST)
    assert late.sent_at is not None and send_notification(late.pk) is False
    assert not [sent for sent in mail.outbox[before:] if "to pay" in sent.subject]
