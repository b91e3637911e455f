"""Signing in on pages with a mobile number and a code texted to it."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from customers.code_views import CODES
from customers.models import User
from customers.services import otp
from customers.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
MOBILE = "+4915123456789"
ASK, ENTER, AGAIN = "/account/code/", "/account/code/enter/", "/account/code/again/"
SECRETS = re.compile(r'"X-CSRFToken": "\w+"|value="\w{64}"')


@pytest.fixture
def texts(settings, tmp_path):
    """The messages sent so far, in no order."""
    settings.SMS_FILE_PATH = tmp_path
    return lambda: [file.read_text() for file in tmp_path.iterdir()]


@pytest.fixture
def ask(client, commit, texts):
    """Ask for a code on the page and return the one that came."""

    def ask_for(phone="0151 23456789", browser=client, **data):
        before = texts()
        with commit():
            answer = browser.post(ASK, {"phone": phone} | data)
        assert (answer.status_code, answer.url) == (302, ENTER), answer.content.decode()
        (new,) = [text for text in texts() if text not in before]
        return re.search(r"^\d{6}", new, re.MULTILINE).group()

    return ask_for


def customer(**fields):
    return UserFactory(phone=MOBILE, confirmed_phone=MOBILE, **fields)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def plain(response):
    return SECRETS.sub("", response.content.decode())


def test_sign_in_with_a_number_and_its_code(client, ask):
    ada = customer(last_login=timezone.now())
    assert reverse("customers:code") in client.get(reverse("account_login")).content.decode()
    code = ask(next="/checkout/")
    page = client.get(ENTER).content.decode()
    assert "+49 1512 3456789" in page
    assert 'autocomplete="one-time-code"' in page
    answer = client.post(ENTER, {"code": f"{code[:3]} {code[3:]}"})
    assert (answer.status_code, answer.url) == (302, "/checkout/")
    assert signed_in_as(client) == str(ada.pk)
    assert not {"code_phone", "code_next"} & set(client.session.keys())


def test_a_new_number_becomes_a_customer_who_is_asked_a_name(client, ask):
    code = ask(next="/cart/")
    answer = client.post(ENTER, {"code": code})
    assert answer.url == "/account/welcome/?next=%2Fcart%2F"
    ada = User.objects.get()
    assert (ada.phone, ada.phone_is_confirmed, ada.email) == (MOBILE, True, None)
    page = client.get(answer.url).content.decode()
    assert '<a class="link-button" href="/cart/">Skip this</a>' in page
    empty = client.post("/account/welcome/", {"name": "", "next": "/cart/"})
    assert empty.status_code == 400
    assert "Enter your name, or skip this page" in empty.content.decode()
    assert client.post("/account/welcome/", {"name": "Ada Bauer", "next": "/cart/"}).url == "/cart/"
    ada.refresh_from_db()
    assert (ada.name, ada.email) == ("Ada Bauer", None)


def test_who_comes_again_is_not_asked_a_name(client, ask):
    client.post(ENTER, {"code": ask()})
    client.post(reverse("account_logout"))
    assert client.post(ENTER, {"code": ask()}).url == reverse("customers:account")


def test_what_is_not_a_mobile_number_is_said_in_words(client):
    answer = client.post(ASK, {"phone": "12"})
    assert answer.status_code == 400
    assert "Enter a phone number that can be called" in answer.content.decode()
    assert "Enter your mobile number" in client.post(ASK, {"phone": ""}).content.decode()


def test_33_asking_for_a_code_tells_nobody_whether_the_number_is_known(client, commit, texts):
    customer()
    StaffFactory(phone="+4915123456780", confirmed_phone="+4915123456780")
    pages = []
    for phone in (MOBILE, "+4915123456780", "+4915123456781"):
        browser = type(client)()
        with commit():
            answer = browser.post(ASK, {"phone": phone})
        page = plain(browser.get(answer.url))
        pages.append((answer.status_code, answer.url, page.replace(phone[-4:], "")))
    assert pages[0] == pages[1] == pages[2]
    assert len(texts()) == 3


def test_staff_and_who_has_a_second_step_are_refused_in_the_same_words(client, ask):
    ada = customer()
    code = ask()
    words = plain(client.post(ENTER, {"code": wrong(code)})).replace(wrong(code), code)
    TOTP.activate(ada, generate_totp_secret())
    assert plain(client.post(ENTER, {"code": code})) == words
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    client.cookies.clear()
    code = ask()
    answer = client.post(ENTER, {"code": code})
    assert answer.status_code == 400
    assert "This code is not right or no longer works" in answer.content.decode()
    assert signed_in_as(client) is None


def test_29_the_session_key_changes_at_sign_in_and_a_planted_one_is_useless(client, ask):
    ada = customer(last_login=timezone.now())
    client.get(ASK)
    code = ask()
    planted = client.session.session_key
    client.post(ENTER, {"code": code})
    assert signed_in_as(client) == str(ada.pk)
    assert client.session.session_key != planted
    thief = type(client)()
    thief.cookies[django_settings.SESSION_COOKIE_NAME] = planted
    assert thief.get(reverse("customers:account")).status_code == 302
    assert not Session.objects.filter(session_key=planted).exists()


def test_31_five_wrong_codes_void_it_and_a_new_one_keeps_the_count(client, ask):
    customer()
    code = ask()
    for _ in range(otp.MAX_TRIES):
        assert client.post(ENTER, {"code": wrong(code)}).status_code == 400
    assert client.post(ENTER, {"code": code}).status_code == 400
    code = ask()
    assert otp.OneTimeCode.objects.get().failures == otp.MAX_TRIES
    assert client.post(ENTER, {"code": code}).status_code == 302


def test_32_a_code_is_no_good_in_another_browser(client, ask):
    ada = customer(last_login=timezone.now())
    thief = type(client)()
    ask(browser=thief)
    code = ask()
    assert thief.post(ENTER, {"code": code}).status_code == 400
    assert signed_in_as(thief) is None
    assert client.post(ENTER, {"code": code}).status_code == 302
    assert signed_in_as(client) == str(ada.pk)


def test_32_a_code_works_once(client, ask):
    customer()
    code = ask()
    kept = dict(client.session)
    assert client.post(ENTER, {"code": code}).status_code == 302
    again = type(client)()
    session = again.session
    session.update(kept)
    session.save()
    assert again.post(ENTER, {"code": code}).status_code == 400


@pytest.mark.parametrize(("seconds", "status"), [(599, 302), (601, 400)])
def test_32_a_code_is_expired_at_10_01(client, ask, seconds, status):
    customer()
    asked = timezone.now()
    with time_machine.travel(asked, tick=False):
        code = ask()
    with time_machine.travel(asked + timedelta(seconds=seconds), tick=False):
        assert client.post(ENTER, {"code": code}).status_code == status


def test_a_new_code_and_how_many_are_left(client, ask, commit):
    customer()
    ask()
    for left in (4, 3, 2, 1):
        assert f"You can have {left} more code" in client.get(ENTER).content.decode()
        with commit():
            assert client.post(AGAIN).url == ENTER
    page = client.get(ENTER).content.decode()
    assert "This number had all its codes for now" in page
    assert "Send a new code" not in page
    assert "That was tried too often" in client.post(AGAIN, follow=True).content.decode()
    refused = client.post(ASK, {"phone": MOBILE})
    assert refused.status_code == 429
    assert "That was tried too often" in refused.content.decode()


def test_one_visitor_cannot_text_the_whole_town(client):
    for number in range(CODES):
        assert client.post(ASK, {"phone": f"+49151234567{number:02}"}).status_code == 302
    assert client.post(ASK, {"phone": "+4915123456799"}).status_code == 429


def test_without_a_number_there_is_no_code_to_enter(client):
    assert client.get(ENTER).url == ASK
    assert client.post(AGAIN).url == ASK
    assert client.get(AGAIN).status_code == 405


def test_the_demo_says_its_code_and_a_real_shop_does_not(client, settings, ask, commit):
    settings.FIXED_ONE_TIME_CODE, settings.DEMO_MODE = "1234", True
    with commit():
        client.post(ASK, {"phone": MOBILE})
    assert "Demo: the code is 1234" in client.get(ENTER).content.decode()
    settings.DEMO_MODE = False
    assert "1234." not in client.get(ENTER).content.decode()


def test_who_is_signed_in_needs_no_code(client):
    client.force_login(customer(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{ASK}?next=/cart/").url == "/cart/"
    assert client.get(ENTER).url == ASK
