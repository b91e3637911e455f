"""Sign-up, sign-in, reset and change of password on allauth's pages."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from knox.models import AuthToken

from customers.models import User
from customers.services import tokens
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory, totp_code

pytestmark = pytest.mark.django_db
NEW = "walnut-canoe-lantern"
# CSRF tokens, which differ on every page.
SECRETS = re.compile(r'"X-CSRFToken": "\w+"|value="\w{64}"')


def test_sign_up_says_what_is_wrong_and_keeps_the_rest(client):
    response = client.post(
        reverse("account_signup"), {"name": "Ada", "email": "ada@", "password1": "12345678"}
    )
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count("Enter an email address like name@example.com") == 2
    assert "There is a problem" in page
    assert "<title>Error: Make an account" in page
    assert 'value="Ada"' in page
    assert "12345678" not in page
    assert not User.objects.exists()


def test_sign_in_by_email_in_any_case(client):
    user = UserFactory(email="ada@example.com")
    response = client.post(reverse("account_login"), {"login": "ADA@example.com", "password": PASSWORD})
    assert (response.status_code, response.url) == (302, reverse("customers:account"))
    assert client.session["_auth_user_id"] == str(user.pk)


def test_33_wrong_password_and_unknown_email_answer_alike(client):
    UserFactory(email="ada@example.com")
    pages = []
    for email in ("ada@example.com", "bob@example.com"):
        response = client.post(reverse("account_login"), {"login": email, "password": "wrong"})
        assert response.status_code == 400
        pages.append(SECRETS.sub("", response.content.decode()).replace(email, ""))
    assert pages[0] == pages[1]
    assert "This email address and password do not belong together" in pages[0]


def test_guessing_is_stopped(client):
    UserFactory(email="ada@example.com")
    for _ in range(6):
        response = client.post(reverse("account_login"), {"login": "ada@example.com", "password": "wrong"})
    assert "Too many attempts" in response.content.decode()
    response = client.post(reverse("account_login"), {"login": "ada@example.com", "password": PASSWORD})
    assert response.status_code == 400
    assert "_auth_user_id" not in client.session


def test_50_next_leads_on_but_never_away(client):
    UserFactory(email="ada@example.com")
    data = {"login": "ada@example.com", "password": PASSWORD}
    assert client.post(reverse("account_login"), data | {"next": "/checkout/"}).url == "/checkout/"
    client.post(reverse("account_logout"))
    away = client.post(reverse("account_login"), data | {"next": "https://evil.example/"})
    assert away.url == reverse("customers:account")


def test_49_reset_by_email_never_repeats_the_host_header(client, commit, mailoutbox, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = UserFactory(email="ada@example.com")
    tokens.issue_token(user=user)
    with commit():
        client.post(
            reverse("account_reset_password"), {"email": "ada@example.com"}, headers={"host": "evil.example"}
        )
    (mail,) = mailoutbox
    html = mail.alternatives[0][0]
    assert "evil.example" not in mail.body + html + mail.subject
    link = re.search(r"http://127\.0\.0\.1:8000(/account/password/reset/key/\S+)", mail.body).group(1)
    assert link in html
    form_url = client.get(link).url
    with commit():
        response = client.post(form_url, {"password1": NEW, "password2": NEW})
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not AuthToken.objects.exists(), "the old password's tokens still work"
    client.post(reverse("account_logout"))
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_33_reset_answers_known_and_unknown_alike(client, commit, mailoutbox):
    UserFactory(email="ada@example.com")
    answers = []
    for email in ("ada@example.com", "bob@example.com"):
        with commit():
            response = client.post(reverse("account_reset_password"), {"email": email})
        answers.append((response.status_code, response.url, client.get(response.url).content.decode()))
    assert SECRETS.sub("", answers[0][2]) == SECRETS.sub("", answers[1][2])
    assert answers[0][:2] == answers[1][:2]
    assert [mail.to for mail in mailoutbox] == [["ada@example.com"], ["bob@example.com"]]
    assert mailoutbox[1].subject == "There is no account with this address"


def test_a_changed_password_ends_other_sessions_and_tokens(client, commit, django_user_model):
    user = UserFactory()
    other = type(client)()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    tokens.issue_token(user=user)
    bad = client.post(
        reverse("account_change_password"), {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    )
    assert bad.status_code == 400
    assert "This is not your current password" in bad.content.decode()
    data = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    with commit():
        assert client.post(reverse("account_change_password"), data).status_code == 302
    assert client.get(reverse("customers:account")).status_code == 200
    assert other.get(reverse("customers:account")).status_code == 302
    assert not AuthToken.objects.filter(user=user).exists()


def test_staff_sign_in_reaches_the_staff_site(client):
    StaffFactory(email="owner@example.com")
    page = client.get("/admin/login/?next=/admin/", follow=True)
    assert page.status_code == 200
    response = client.post(
        reverse("account_login"), {"login": "owner@example.com", "password": PASSWORD, "next": "/admin/"}
    )
    assert response.url == reverse("mfa_authenticate")
    assert client.post(response.url, {"code": totp_code()}).url == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_looking_at_the_pages_writes_nothing(client):
    for name in ("account_login", "account_signup", "account_reset_password"):
        assert client.get(reverse(name)).status_code == 200
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    "name",
    ["account_email", "account_change_password", "account_logout", "mfa_index", "socialaccount_connections"],
)
def test_account_pages_wear_the_shops_layout(client, name):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse(name), follow=True)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<main") == page.count("<h1") == 1
    assert 'class="skip"' in page


def test_adding_an_email_address(client, commit, mailoutbox):
    user = UserFactory()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with commit():
        client.post(reverse("account_email"), {"email": "second@example.com", "action_add": ""})
    assert user.emailaddress_set.count() == 1, "before it is proven"
    assert mailoutbox[0].to == ["second@example.com"]
    bad = client.post(reverse("account_email"), {"email": user.email, "action_add": ""})
    assert bad.status_code == 400
    assert "This address is on your account already" in bad.content.decode()
