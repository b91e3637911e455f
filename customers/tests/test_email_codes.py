"""Signing in with a code sent by email, and whose account that opens."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from customers.models import OneTimeCode, User
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from orders.tests.factories import OrderFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
EMAIL = "nora@example.com"
ASK, ENTER = "/account/email-code/", "/account/email-code/enter/"


@pytest.fixture
def ask(commit, mailoutbox):
    def ask_for_code(client, email=EMAIL, **more):
        with commit():
            answer = client.post(ASK, {"email": email, **more})
        assert answer.url == ENTER
        assert mailoutbox[-1].to == [email.lower()]
        return re.search(r"^(\d{6}) is your code", mailoutbox[-1].body, re.M)[1]

    return ask_for_code


def enter(client, code):
    return client.post(ENTER, {"code": code})


def who(client):
    return User.objects.filter(pk=client.session.get(SESSION_KEY)).first()


def test_a_customer_without_a_password_signs_in(client, ask):
    nora = UserFactory(email=EMAIL, password=None)
    order = OrderFactory()
    client.post("/wishlist/change/", {"save": order.lines.get().product_id})
    before = client.session.session_key
    code = ask(client, "Nora@Example.com", next="/account/orders/")
    assert enter(client, code).url == "/account/orders/"
    assert who(client) == nora and client.session.session_key != before
    order.refresh_from_db()
    assert order.customer == nora and nora.wishlist.items.count() == 1
    assert client.get(ASK).url == client.get(ENTER).url == reverse("customers:account")
    assert client.get(reverse("account_email")).status_code == 200  # counts as having just proven who it is


def test_a_new_address_becomes_one_customer(client, ask):
    enter(client, ask(client))
    other = Client()
    enter(other, ask(other))
    nora = User.objects.get()
    assert who(client) == who(other) == nora
    assert EmailAddress.objects.get().verified and not nora.has_usable_password()


def test_known_and_unknown_addresses_get_the_same_answers(client, ask, mailoutbox):
    UserFactory(email=EMAIL)
    answers = []
    for email in (EMAIL, "nobody@example.com"):
        browser = Client()
        ask(browser, email)
        page = browser.get(ENTER)
        text = re.sub(r"<[^>]+>|\s+", " ", page.content.decode().partition("<main")[2]).replace(email, "")
        answers.append((page.status_code, text.partition("</main")[0]))
    assert answers[0] == answers[1] and len(mailoutbox) == 2


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/account/\\evil", ""])
def test_it_leads_into_this_shop_only(client, ask, target):
    answer = enter(client, ask(client, next=target))
    assert answer.url.startswith("/account/")


def test_wrong_used_and_foreign_codes_are_refused_alike(client, ask):
    code = ask(client)
    thief = Client()
    assert thief.get(ENTER).url == ASK and enter(thief, code).url == ASK
    session = thief.session
    session["email-code"] = {"to": EMAIL, "binding": "another"}
    session.save()
    assert enter(thief, code).status_code == 400
    assert enter(client, f"{(int(code) + 1) % 10**6:06}").status_code == 400
    assert enter(client, code).status_code == 302
    assert who(thief) is None
    stale = Client()
    session = stale.session
    session["email-code"] = {"to": EMAIL, "binding": "x"}
    session.save()
    assert "This code is not right" in enter(stale, code).content.decode()


@pytest.mark.parametrize("kind", ["staff", "closed", "second step"])
def test_a_code_does_not_get_round_anything(client, ask, kind):
    user = StaffFactory(email=EMAIL) if kind == "staff" else UserFactory(email=EMAIL)
    if kind == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    if kind == "second step":
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    answer = enter(client, ask(client))
    assert answer.status_code == 400
    assert "This code is not right or no longer works. Ask for a new one." in answer.content.decode()
    assert who(client) is None and User.objects.count() == 1


def test_an_address_that_was_only_typed_goes_to_its_reader_with_new_locks(client, ask):
    """Somebody signs up with another's address and waits: what they know opens nothing any more."""
    eve, squatter = UserFactory(email=EMAIL), Client()
    EmailAddress.objects.update(verified=False)
    squatter.force_login(eve)
    EmailAddress.objects.create(user=eve, email="eve@example.com", verified=False)
    AuthToken.objects.create(user=eve)
    assert who(squatter) == eve
    enter(client, ask(client))
    nora = User.objects.get()
    assert who(client) == nora == eve and not nora.has_usable_password()
    assert not AuthToken.objects.exists()
    assert [row.email for row in EmailAddress.objects.filter(user=nora)] == [EMAIL]
    assert squatter.get(reverse("customers:account")).status_code == 302
    body = client.get(reverse("customers:account")).content.decode()
    assert "the old password of your account no longer works" in body


@pytest.mark.parametrize("way", ["mobile", "address", "social"])
def test_an_account_with_another_way_in_loses_what_it_only_claims(client, ask, way):
    kim = UserFactory(email=EMAIL, name="Kim")
    EmailAddress.objects.filter(user=kim).update(verified=False)
    if way == "mobile":
        User.objects.filter(pk=kim.pk).update(phone="+4915123456789", confirmed_phone="+4915123456789")
    elif way == "address":
        EmailAddress.objects.create(user=kim, email="kim@example.com", verified=True)
    else:
        SocialAccount.objects.create(user=kim, provider="google", uid="1")
    enter(client, ask(client))
    kim.refresh_from_db()
    assert who(client) not in (None, kim) and who(client).email == EMAIL
    assert kim.email == ("kim@example.com" if way == "address" else None)
    assert kim.check_password(PASSWORD)


def test_a_second_proven_address_opens_the_account_too(client, ask):
    kim = UserFactory(email="kim@example.com")
    EmailAddress.objects.create(user=kim, email=EMAIL, verified=True)
    enter(client, ask(client))
    assert who(client) == kim and User.objects.count() == 1


def test_nobody_fills_mailboxes(client, ask):
    for _ in range(5):
        ask(client)
    answer = client.post(ASK, {"email": EMAIL})
    assert answer.status_code == 429 and "That was tried too often" in answer.content.decode()
    assert OneTimeCode.objects.get().hour_sent == 5


def test_forms_need_a_token_and_say_what_is_missing(client):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(ASK, {"email": EMAIL}).status_code == strict.post(ENTER).status_code == 403
    empty = client.post(ASK, {"email": " "})
    assert empty.status_code == 400 and "Enter your email address" in empty.content.decode()
    assert "Email me a code instead" in client.get(reverse("account_login")).content.decode()
