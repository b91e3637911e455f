"""Sign-up: an address counts once the code sent to it was entered in the browser that asked."""

import re
from unittest.mock import patch

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from customers.models import User
from customers.services import tokens
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = "walnut-canoe-lantern"
CODE_PAGE = "/account/confirm-email/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
SECRETS = re.compile(r'"X-CSRFToken": "\w+"|value="\w{64}"')


def sign_up(browser, commit, email="Ada@Example.com", **data):
    given = {"name": "Ada Bauer", "email": email, "password1": NEW}
    with commit():
        return browser.post(reverse("account_signup"), given | data)


def code_in(mail):
    return re.search(r"^\d{6}$", mail.body, re.MULTILINE).group()


def plain(response):
    return SECRETS.sub("", response.content.decode())


def test_sign_up_asks_name_email_password_and_then_the_code(client, commit, mailoutbox):
    page = client.get(reverse("account_signup")).content.decode()
    for token in ("name", "email", "new-password"):
        assert f'autocomplete="{token}"' in page
    response = sign_up(client, commit, next="/cart/")
    assert (response.status_code, response.url) == (302, CODE_PAGE)
    assert "_auth_user_id" not in client.session
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["ada@example.com"], "Welcome: confirm your email address")
    code = code_in(mail)
    assert code in mail.alternatives[0][0]
    page = client.get(CODE_PAGE).content.decode()
    assert "ada@example.com" in page
    assert 'autocomplete="one-time-code"' in page
    wrong = client.post(CODE_PAGE, {"code": "000000" if code != "000000" else "000001"})
    assert wrong.status_code == 400
    assert "This code is not right" in wrong.content.decode()
    assert client.post(CODE_PAGE, {"code": code}).url == "/cart/"
    user = User.objects.get()
    assert (user.name, user.email) == ("Ada Bauer", "ada@example.com")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get().verified


def test_the_code_is_no_good_in_another_browser(client, commit, mailoutbox):
    sign_up(client, commit)
    thief = type(client)()
    assert thief.get(CODE_PAGE).url == reverse("account_login")
    with commit():
        thief.post(reverse("account_login"), {"login": "ada@example.com", "password": NEW})
    first, second = map(code_in, mailoutbox)
    if first != second:
        assert thief.post(CODE_PAGE, {"code": first}).status_code == 400
    assert not EmailAddress.objects.get().verified


def test_33_sign_up_tells_nobody_whether_an_address_is_known(client, commit, mailoutbox):
    UserFactory(email="ada@example.com")
    StaffFactory(email="sam@example.com")
    User.objects.create_user("eve@example.com", PASSWORD)
    answers, work = [], []
    for name in ("ada", "sam", "eve", "bob"):
        browser = type(client)()
        with patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", return_value="md5$a$b") as encode:
            answer = sign_up(browser, commit, email=f"{name}@example.com")
        work.append(encode.call_count)
        pages = [plain(browser.get(answer.url)), plain(browser.post(answer.url, {"code": "000000"}))]
        pages += [plain(browser.post(answer.url, {"action": "resend"}, follow=True))]
        pages = [page.replace(f"{name}@example.com", "") for page in pages]
        answers.append((answer.status_code, answer.url, *pages))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert work[0] == work[3] > 0
    assert set(work) == {work[0]}
    words = {mail.to[0]: mail.subject for mail in mailoutbox[::-1]}
    assert words["ada@example.com"] == words["sam@example.com"] == "You have an account already"
    assert words["bob@example.com"] == "Welcome: confirm your email address"


def test_who_did_not_confirm_is_asked_at_the_next_sign_in(client, commit, mailoutbox):
    sign_up(client, commit)
    later = type(client)()
    with commit():
        answer = later.post(reverse("account_login"), {"login": "ada@example.com", "password": NEW})
    assert answer.url == CODE_PAGE
    assert "_auth_user_id" not in later.session
    assert later.post(CODE_PAGE, {"code": code_in(mailoutbox[-1])}).status_code == 302
    assert "_auth_user_id" in later.session


def test_an_address_gets_five_codes_an_hour(client, commit):
    for number in range(6):
        answer = sign_up(type(client)(), commit)
        assert answer.status_code == (302 if number < 5 else 429)
    assert "Wait a few minutes" in answer.content.decode()


def test_five_wrong_codes_end_it(client, commit):
    sign_up(client, commit)
    for _ in range(4):
        assert client.post(CODE_PAGE, {"code": "wrong"}).status_code == 400
    assert client.post(CODE_PAGE, {"code": "wrong"}).url == reverse("account_login")
    assert client.get(CODE_PAGE).status_code == 302


def test_who_resets_the_password_of_an_unproven_account_shares_it_with_nobody(client, commit, mailoutbox):
    """Somebody signs up with my address and prepares ways in; then I come, by way of my mailbox."""
    stranger = type(client)()
    sign_up(stranger, commit)
    user = User.objects.get()
    SocialAccount.objects.create(user=user, provider="facebook", uid="666")
    Authenticator.objects.create(user=user, type="totp", data={})
    tokens.issue_token(user=user)
    with commit():
        client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
    link = re.search(r"http://127\.0\.0\.1:8000(/account/password/reset/key/\S+)", mailoutbox[-1].body).group(
        1
    )
    form_url = client.get(link).url
    with commit():
        answer = client.post(form_url, {"password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    assert EmailAddress.objects.get().verified
    assert not SocialAccount.objects.exists()
    assert not Authenticator.objects.exists()
    assert not AuthToken.objects.exists()
    code = code_in(mailoutbox[0])
    stranger.post(CODE_PAGE, {"code": code})
    stranger.post(reverse("account_login"), {"login": "ada@example.com", "password": NEW})
    assert stranger.get(reverse("customers:account")).status_code == 302


def test_an_address_added_by_a_customer_by_mobile_counts_once_proven(client, commit, mailoutbox):
    """Another account typed it and never proved it: it loses the address."""
    squatter = User.objects.create_user("ada@example.com", PASSWORD)
    ada = User.objects.create_user(
        phone="+4915123456789", confirmed_phone="+4915123456789", name="Ada", last_login=timezone.now()
    )
    client.force_login(ada, backend=BACKEND)
    with commit():
        answer = client.post(
            "/account/welcome/", {"name": "Ada", "email": "Ada@example.com", "next": "/cart/"}
        )
    assert answer.url == "/account/confirm-email/?next=%2Fcart%2F"
    assert not EmailAddress.objects.filter(user=ada).exists()
    page = client.get(answer.url).content.decode()
    assert "Not now" in page
    answer = client.post(CODE_PAGE, {"code": code_in(mailoutbox[-1]), "next": "/cart/"})
    assert answer.url == "/cart/"
    ada.refresh_from_db()
    squatter.refresh_from_db()
    assert (ada.email, squatter.email) == ("ada@example.com", None)


def test_an_address_proven_by_another_account_stays_there(client, commit, mailoutbox):
    bob = UserFactory(email="bob@example.com")
    ada = UserFactory(email="ada@example.com")
    client.force_login(ada, backend=BACKEND)
    with commit():
        answer = client.post(reverse("account_email"), {"action_add": "", "email": "bob@example.com"})
    assert answer.url == CODE_PAGE, "as for any address"
    answer = client.post(CODE_PAGE, {"code": code_in(mailoutbox[-1])})
    assert answer.status_code == 400
    assert EmailAddress.objects.get(email="bob@example.com").user == bob


def test_a_mistyped_address_is_given_up_and_the_basket_stays(client, commit):
    session = client.session
    session["basket"] = "kept"
    session.save()
    sign_up(client, commit, email="adda@example.com")
    assert client.get(reverse("account_login")).url == CODE_PAGE
    assert "Use another address" in client.get(CODE_PAGE).content.decode()
    assert client.get("/account/start-again/").status_code == 405
    assert client.post("/account/start-again/", {"next": "//evil.example"}).url == reverse("account_login")
    assert client.get(reverse("account_login")).status_code == 200
    assert client.session["basket"] == "kept"
    assert sign_up(client, commit).url == CODE_PAGE


def test_staff_are_asked_a_second_step_and_no_code(client):
    sam = User.objects.create_superuser("sam@example.com", PASSWORD)
    answer = client.post(reverse("account_login"), {"login": "sam@example.com", "password": PASSWORD})
    assert answer.url != CODE_PAGE
    assert client.session["_auth_user_id"] == str(sam.pk)


@pytest.mark.parametrize("known", [True, False])
def test_49_emails_of_sign_up_never_repeat_the_host_header(client, commit, mailoutbox, settings, known):
    settings.ALLOWED_HOSTS = ["*"]
    if known:
        UserFactory(email="ada@example.com")
    given = {"name": "Ada", "email": "ada@example.com", "password1": NEW}
    with commit():
        client.post(reverse("account_signup"), given, headers={"host": "evil.example"})
    (mail,) = mailoutbox
    both = mail.body + mail.alternatives[0][0] + mail.subject
    assert "evil.example" not in both
    assert settings.SITE_URL in both
