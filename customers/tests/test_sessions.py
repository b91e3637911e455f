"""Sessions: a new key at sign-in, gone at sign-out, ended elsewhere when what opens the account changes."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from customers.models import User
from customers.services import sessions
from customers.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NEW = "walnut-canoe-lantern"
ACCOUNT = "/account/"
CODE_PAGE = "/account/confirm-email/"


@pytest.fixture
def ada():
    return UserFactory(email="ada@example.com")


@pytest.fixture
def sign_in(client):
    def sign_in_with(browser=None, password=PASSWORD):
        browser = browser or type(client)()
        answer = browser.post(reverse("account_login"), {"login": "ada@example.com", "password": password})
        assert answer.status_code == 302
        return browser

    return sign_in_with


def is_open(browser):
    return browser.get(ACCOUNT).status_code == 200


def code_in(mail):
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def test_29_the_session_key_changes_at_sign_in_by_password(client, ada, sign_in):
    client.post("/cart/add/", {})
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key
    sign_in(client)
    assert client.session.session_key != planted
    thief = type(client)()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_open(thief)
    assert not Session.objects.filter(session_key=planted).exists()


def test_29_the_session_key_changes_when_a_code_opens_the_account(client, commit, mailoutbox):
    with commit():
        client.post(reverse("account_signup"), {"name": "Ada", "email": "ada@example.com", "password1": NEW})
    planted = client.session.session_key
    client.post(CODE_PAGE, {"code": code_in(mailoutbox[0])})
    assert is_open(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_30_signing_out_kills_the_session_on_the_server(client, ada, sign_in):
    sign_in(client)
    copied = client.session.session_key
    client.post(reverse("account_logout"))
    thief = type(client)()
    thief.cookies[settings.SESSION_COOKIE_NAME] = copied
    assert not is_open(thief)
    assert not Session.objects.filter(session_key=copied).exists()


def test_30_a_changed_password_kills_the_other_sessions(client, ada, sign_in):
    here, there = sign_in(client), sign_in()
    copied = there.session.session_key
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), data).status_code == 302
    assert is_open(here)
    assert not is_open(there)
    assert not Session.objects.filter(session_key=copied).exists()


def test_30_a_reset_password_kills_all_sessions_of_before(client, ada, sign_in, commit, mailoutbox):
    there = sign_in()
    with commit():
        client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
    link = re.search(r"http://127\.0\.0\.1:8000(/account/password/reset/key/\S+)", mailoutbox[0].body).group(
        1
    )
    client.post(client.get(link).url, {"password1": NEW, "password2": NEW})
    assert is_open(client)
    assert not is_open(there)
    assert UserSession.objects.filter(user=ada).count() == 1


def test_30_a_first_password_kills_the_other_sessions(client, sign_in):
    user = UserFactory(email="ada@example.com")
    here, there = sign_in(client), sign_in()
    user.refresh_from_db()
    User.objects.filter(pk=user.pk).update(password="!")
    for browser in (here, there):  # without a password, the hash in the session is another one
        session = browser.session
        session["_auth_user_hash"] = User.objects.get(pk=user.pk).get_session_auth_hash()
        session.save()
    assert is_open(here)
    assert is_open(there)
    here.post(reverse("account_set_password"), {"password1": NEW, "password2": NEW})
    assert is_open(here)
    assert not is_open(there)


def test_30_a_new_email_address_kills_the_other_sessions_once_it_is_proven(
    client, ada, sign_in, commit, mailoutbox
):
    here, there = sign_in(client), sign_in()
    with commit():
        here.post(reverse("account_email"), {"action_add": "", "email": "new@example.com"})
    assert is_open(there), "nothing is proven yet"
    here.post(CODE_PAGE, {"code": code_in(mailoutbox[0])})
    assert is_open(here)
    assert not is_open(there)


@pytest.mark.parametrize("action", ["action_primary", "action_remove"])
def test_30_another_main_address_or_one_less_kills_the_other_sessions(client, ada, sign_in, action):
    EmailAddress.objects.create(user=ada, email="second@example.com", verified=True)
    here, there = sign_in(client), sign_in()
    here.post(reverse("account_email"), {action: "", "email": "second@example.com"})
    assert is_open(here)
    assert not is_open(there)
    assert not UserSession.objects.exclude(session_key=here.session.session_key).exists()


def test_ending_others_leaves_other_people_alone(client, ada, sign_in):
    bob = UserFactory(email="bob@example.com")
    theirs = type(client)()
    theirs.post(reverse("account_login"), {"login": "bob@example.com", "password": PASSWORD})
    there = sign_in()
    assert sessions.end_others(user=ada, keep=None) == 1
    assert is_open(theirs)
    assert not is_open(there)
    assert sessions.end_others(user=bob, keep=theirs.session.session_key) == 0
