"""A guest's orders come into an account: by a code sent to their address, in no other way."""

import re
import threading

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from customers.models import Address, OneTimeCode, User
from customers.services import email_accounts
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from orders.models import Order, OrderEvent
from orders.services import claiming
from orders.services.claiming import claim_orders
from orders.services.eligibility import earlier_orders
from orders.tests.factories import ADDRESS, OrderFactory
from orders.tests.test_races import race
from reviews.services.purchases import bought

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
EMAIL = "nora@example.com"  # of the factories' guests
ASK, ENTER = "/account/orders/older/", "/account/orders/older/code/"


@pytest.fixture
def post(commit):
    """Send a form, and let what it left for after commit be done."""

    def send(client, url, **data):
        with commit():
            return client.post(url, data)

    return send


def code_in(mailoutbox, to=EMAIL):
    message = mailoutbox[-1]
    assert message.to == [to]
    return re.search(r"^(\d{6}) is your code", message.body, re.M)[1]


def ordered_by(email, **more):
    order = OrderFactory(**more)
    Order.objects.filter(pk=order.pk).update(email=email)
    order.refresh_from_db()
    return order


def member(client, **more):
    user = UserFactory(**more)
    client.force_login(user)
    return user


# --- In the account ------------------------------------------------------------------------------


def test_the_code_brings_all_orders_of_the_address(client, post, mailoutbox):
    mine = ordered_by(EMAIL), ordered_by("Nora@Example.COM")
    plus, other = ordered_by("nora+shop@example.com"), ordered_by("kim@example.com")
    taken = ordered_by(EMAIL, customer=UserFactory())
    ada = member(client)
    assert post(client, ASK, email=" NORA@example.com ").url == ENTER
    assert not Order.objects.filter(customer=ada).exists()
    assert post(client, ENTER, code=code_in(mailoutbox)).url == reverse("orders:history")
    assert set(Order.objects.filter(customer=ada)) == set(mine)
    assert "2 orders placed with nora@example.com" in client.get(reverse("orders:history")).content.decode()
    for order in (plus, other, taken):
        before = order.customer_id
        order.refresh_from_db()
        assert order.customer_id == before
    event = OrderEvent.objects.get(order=mine[0], kind="claimed")
    assert event.actor == ada


def test_without_the_code_nothing_comes(client, post, mailoutbox):
    order = ordered_by(EMAIL)
    member(client)
    post(client, ASK, email=EMAIL)
    code = code_in(mailoutbox)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        answer = post(client, ENTER, code=wrong)
        assert answer.status_code == 400 and "This code is not right" in answer.content.decode()
    assert post(client, ENTER, code=code).status_code == 400  # five tries void it
    order.refresh_from_db()
    assert order.customer is None


def test_a_code_is_good_in_the_browser_that_asked_only(client, post, mailoutbox):
    order, thief = ordered_by(EMAIL), Client()
    member(client)
    member(thief)
    assert thief.get(ENTER).url == ASK
    post(thief, ASK, email=EMAIL)
    post(client, ASK, email=EMAIL)  # voids the thief's
    assert post(thief, ENTER, code=code_in(mailoutbox)).status_code == 400
    order.refresh_from_db()
    assert order.customer is None


def test_nobody_learns_whether_an_address_ordered(client, post, mailoutbox):
    ordered_by(EMAIL)
    member(client)
    pages = []
    for email in (EMAIL, "nobody@example.com"):
        answer = post(client, ASK, email=email)
        body = re.sub(r'(csrf\S* value="|Token": ")[^"]+', "", client.get(ENTER).content.decode())
        pages.append((answer.status_code, answer.url, body.replace(email, "")))
    nonces = re.compile(r'nonce="[^"]+"|hx-headers=\S+ \S+')
    assert nonces.sub("", pages[0][2]) == nonces.sub("", pages[1][2])
    assert pages[0][:2] == pages[1][:2] and len(mailoutbox) == 2
    assert "no order with nobody@" in _after(client, post, mailoutbox)


def _after(client, post, mailoutbox):
    post(client, ENTER, code=code_in(mailoutbox, "nobody@example.com"))
    return client.get(reverse("orders:history")).content.decode()


def test_codes_are_limited_for_an_address_and_for_a_visitor(client, post):
    member(client)
    for _ in range(5):
        assert post(client, ASK, email=EMAIL).status_code == 302
    assert post(client, ASK, email=EMAIL).status_code == 429
    statuses = [post(client, ASK, email=f"a{number}@example.com").status_code for number in range(16)]
    assert statuses == [302] * 14 + [429] * 2


def test_strangers_are_asked_to_sign_in(client):
    for url in (ASK, ENTER):
        assert client.get(url).status_code == client.post(url).status_code == 302
        assert "/account/login/" in client.get(url).url
    assert not OneTimeCode.objects.exists()


@pytest.mark.parametrize("typed", ["", "nora", "nora@", "a@b", f"{'a' * 250}@example.com"])
def test_what_is_no_address_is_said(client, post, typed):
    member(client)
    answer = post(client, ASK, email=typed)
    assert answer.status_code == 400 and "Enter" in answer.content.decode()


def test_what_came_along_counts_like_any_own_order(client):
    product = ProductFactory(stock=9)
    order = OrderFactory(product.variants.get())
    Order.objects.filter(pk=order.pk).update(payment_status="paid", amount_paid=order.total)
    ada = member(client, email="ada@example.com")
    assert not bought(customer=ada, product=product)
    assert client.get(reverse("orders:history_detail", args=[order.number])).status_code == 404
    assert claim_orders(customer=ada, email=EMAIL) == 1
    assert claim_orders(customer=ada, email=EMAIL) == 0
    assert bought(customer=ada, product=product)
    assert client.get(reverse("orders:history_detail", args=[order.number])).status_code == 200
    assert order.number in client.get("/api/orders").content.decode()
    # "First order only" and uses per customer ask these: it counts for the account and the address.
    assert [rows.count() for rows in earlier_orders(email=ada.email, customer_id=ada.pk)] == [1, 0]
    assert client.get(order.get_absolute_url()).status_code == 200
    other = Client()
    member(other)
    assert other.get(reverse("orders:history_detail", args=[order.number])).status_code == 404


# --- After a purchase ----------------------------------------------------------------------------


def keep(order):
    return reverse("orders:keep", args=[order.token])


def keep_code(order):
    return reverse("orders:keep_code", args=[order.token])


def test_one_button_one_code_and_there_is_an_account(client, post, mailoutbox):
    order, older = ordered_by(EMAIL), ordered_by(EMAIL)
    thanks = client.get(reverse("orders:confirmation", args=[order.token])).content.decode()
    assert "Keep this in an account" in thanks
    saved = ProductFactory()
    client.post("/wishlist/change/", {"save": saved.pk})
    client.post(reverse("orders:cart_add"), {"variant": saved.variants.get().sku})
    before = client.session.session_key
    assert post(client, keep(order)).url == keep_code(order)
    assert not User.objects.exists()
    code = code_in(mailoutbox)
    assert post(client, keep_code(order), code=code).url == reverse("orders:history")
    nora = User.objects.get()
    assert (nora.email, nora.name, nora.has_usable_password()) == (EMAIL, order.name, False)
    assert nora.emailaddress_set.get().verified and nora.emailaddress_set.get().primary
    assert Address.objects.get(customer=nora).as_postal() == ADDRESS
    assert set(Order.objects.filter(customer=nora)) == {order, older}
    assert client.session[SESSION_KEY] == str(nora.pk) and client.session.session_key != before
    assert nora.wishlist.items.get().product == saved and nora.saved_products == [saved.pk]
    assert nora.carts.get(status="open").lines.get().variant.product == saved
    # Again: reload, the same code once more, the button once more.
    assert client.get(keep_code(order)).url == reverse("orders:history_detail", args=[order.number])
    assert post(client, keep_code(order), code=code).status_code == 302
    post(client, keep(order))
    assert User.objects.count() == 1 and len(mailoutbox) == 1
    thanks = client.get(reverse("orders:confirmation", args=[order.token])).content.decode()
    assert "Keep this in an account" not in thanks


def test_who_has_an_account_is_signed_in_to_it(client, post, mailoutbox):
    ada = UserFactory(email=EMAIL, name="Ada")
    order = ordered_by(EMAIL)
    post(client, keep(order))
    post(client, keep_code(order), code=code_in(mailoutbox))
    order.refresh_from_db()
    assert order.customer == ada and User.objects.get().name == "Ada"
    assert User.objects.get().check_password(PASSWORD) and not Address.objects.exists()
    elsewhere = Client()
    assert "This order is in an account" in elsewhere.get(keep_code(order)).content.decode()
    post(elsewhere, keep(order))
    assert len(mailoutbox) == 1


def test_another_browser_with_the_link_cannot_use_the_code(client, post, mailoutbox):
    order, thief = ordered_by(EMAIL), Client()
    post(client, keep(order))
    code = code_in(mailoutbox)
    assert "Keep this in an account" in thief.get(keep_code(order)).content.decode()
    post(thief, keep_code(order), code=code)
    assert SESSION_KEY not in thief.session and not User.objects.exists()
    assert client.get("/orders/no-such-token/keep/code/").status_code == 404
    assert client.post("/orders/no-such-token/keep/").status_code == 404
    assert client.get(keep(order)).status_code == 405


def test_who_is_signed_in_goes_the_way_of_the_account(client, post, mailoutbox):
    order = ordered_by(EMAIL)
    member(client)
    post(client, keep(order))
    assert client.get(keep_code(order)).url == ASK and not mailoutbox


@pytest.mark.parametrize("kind", ["staff", "closed"])
def test_staff_and_closed_accounts_are_refused_in_the_same_words(client, post, mailoutbox, kind):
    if kind == "staff":
        StaffFactory(email=EMAIL)
    else:
        UserFactory(email=EMAIL, is_active=False)
    order = ordered_by(EMAIL)
    post(client, keep(order))
    answer = post(client, keep_code(order), code=code_in(mailoutbox))
    assert answer.status_code == 400 and "This code is not right" in answer.content.decode()
    order.refresh_from_db()
    assert order.customer is None and SESSION_KEY not in client.session


# --- At once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, databases=["default", "documents"])
class TestAtOnce:
    RIVALS = 6

    def test_each_order_is_claimed_once(self):
        for _ in range(2):
            ordered_by(EMAIL)
        rivals = [UserFactory() for _ in range(self.RIVALS)]
        counts = race(*[lambda user=user: claim_orders(customer=user, email=EMAIL) for user in rivals])
        assert sum(counts) == 2
        assert OrderEvent.objects.filter(kind="claimed").count() == 2

    def test_control_looking_first_and_writing_later_claims_one_for_all(self, monkeypatch):
        ordered_by(EMAIL)
        all_read = threading.Barrier(3)

        def unguarded(order, customer):
            free = Order.objects.get(pk=order.pk).customer_id is None
            all_read.wait(20)
            return free and bool(Order.objects.filter(pk=order.pk).update(customer=customer))

        monkeypatch.setattr(claiming, "_claim", unguarded)
        plain = claim_orders.__wrapped__  # without the transaction that makes the others wait
        rivals = [UserFactory() for _ in range(3)]
        counts = race(*[lambda user=user: plain(customer=user, email=EMAIL) for user in rivals])
        assert sum(counts) == 3

    def test_an_address_that_is_proven_twice_at_once_gets_one_account(self):
        entries = race(*[lambda: email_accounts.customer_with(email=EMAIL)] * self.RIVALS)
        assert {entry.user for entry in entries} == {User.objects.get()}
        assert sum(entry.is_new for entry in entries) == 1

    def test_control_an_account_made_without_looking_fails_for_all_but_one(self, monkeypatch):
        all_read = threading.Barrier(3)

        def unguarded(email, name):
            all_read.wait(20)
            try:
                User.objects.create_user(email, name=name)
            except Exception as error:
                return error
            return None

        results = race(*[lambda: unguarded(EMAIL, "Nora")] * 3)
        assert sum(isinstance(result, Exception) for result in results) == 2
