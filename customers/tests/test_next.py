"""Where pages lead on to: a page of this shop, whoever asks for another."""

import pytest
from django.urls import reverse

from customers.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "https://127.0.0.1@evil.example/",
]
ANONYMOUS = ["account_login", "account_signup", "customers:code"]
SIGNED_IN = [
    "account_logout", "account_reauthenticate", "account_email_verification_sent", "customers:welcome",
    "customers:address_add", "account_login", "account_signup", "customers:code",
]  # fmt: skip


def leads_away(response):
    return "evil" in response.headers.get("Location", "") or "javascript" in response.headers.get(
        "Location", ""
    )


def links_away(response):
    page = response.content.decode()
    return any(
        f'href="{word}' in page for word in ("https://evil", "//evil", "/\\evil", "javascript", "http:evil")
    )


@pytest.mark.parametrize("name", ANONYMOUS)
def test_50_next_leads_nobody_away(client, name):
    UserFactory(email="ada@example.com")
    given = {"login": "ada@example.com", "password": PASSWORD, "phone": "+4915123456789"}
    given |= {"name": "Bo", "email": "bo@example.com", "password1": "walnut-canoe-lantern"}
    for target in AWAY:
        browser = type(client)()
        assert not links_away(browser.get(reverse(name), {"next": target})), target
        assert not leads_away(browser.post(reverse(name), given | {"next": target})), target
        assert not leads_away(browser.post(reverse(name, query={"next": target}), given)), target


@pytest.mark.parametrize("name", SIGNED_IN)
def test_50_next_leads_nobody_away_who_is_signed_in(client, name):
    user = UserFactory(email="ada@example.com")
    address = {"line1": "Hafenstr. 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
    given = {"password": PASSWORD, "name": "Ada Bauer", "code": "1"} | address
    for target in AWAY:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(reverse(name), {"next": target})
        assert not links_away(page), target
        assert not leads_away(page), target
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert not leads_away(client.post(reverse(name), given | {"next": target})), target


def test_50_next_leads_nobody_away_after_the_code(client, commit, settings, tmp_path):
    settings.SMS_FILE_PATH, settings.FIXED_ONE_TIME_CODE = tmp_path, "1234"
    for number, target in enumerate(AWAY):
        browser = type(client)()
        with commit():
            browser.post("/account/code/", {"phone": f"+4915123456{number:03}", "next": target})
        assert not leads_away(browser.post("/account/code/enter/", {"code": "1234"})), target


def test_50_next_stays_in_the_shop(client, settings, tmp_path):
    settings.SMS_FILE_PATH, settings.FIXED_ONE_TIME_CODE = tmp_path, "1234"
    UserFactory(email="ada@example.com")
    given = {"login": "ada@example.com", "password": PASSWORD, "next": "/cart/?a=1"}
    assert client.post(reverse("account_login"), given).url == "/cart/?a=1"
