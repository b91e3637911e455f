"""Coming by Facebook or Google: who is linked to whom, and what goes wrong on the way."""

import re
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.facebook import flows as facebook_flows
from allauth.socialaccount.providers.facebook.views import FacebookOAuth2Adapter
from allauth.socialaccount.providers.google import views as google_views
from django.contrib.sessions.models import Session
from django.urls import reverse

from customers.models import User
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from tests.fakes.process import running_fake
from tests.fakes.social import CLIENT, SECRET, TOKEN

pytestmark = pytest.mark.django_db
ADDRESS, CODE = "/account/3rdparty/signup/", "/account/3rdparty/signup/code/"
CONNECTIONS = "/account/3rdparty/"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(scope="module")
def fake_process():
    with running_fake("social") as fake:
        yield fake


@pytest.fixture
def fake(fake_process, settings, monkeypatch):
    """A shop that knows both providers, which are at home on loopback."""
    fake_process.tell("reset")
    url = fake_process.url
    app = {"client_id": CLIENT, "secret": SECRET}
    known = settings.SOCIALACCOUNT_PROVIDERS
    settings.SOCIALACCOUNT_PROVIDERS = {name: known[name] | {"APP": app} for name in known}
    google = google_views.GoogleOAuth2Adapter
    monkeypatch.setattr(google, "authorize_url", f"{url}/o/oauth2/v2/auth")
    monkeypatch.setattr(google, "access_token_url", f"{url}/token")
    monkeypatch.setattr(google_views, "ID_TOKEN_ISSUER", url)
    monkeypatch.setattr(FacebookOAuth2Adapter, "authorize_url", f"{url}/v24.0/dialog/oauth")
    monkeypatch.setattr(FacebookOAuth2Adapter, "access_token_url", f"{url}/v24.0/oauth/access_token")
    monkeypatch.setattr(facebook_flows, "GRAPH_API_URL", f"{url}/v24.0")
    return fake_process


def back_from(browser, provider, choice="allow", **query):
    """Press the button, choose at the provider, and return where its answer leads."""
    started = browser.post(reverse(f"{provider}_login", query=query or None))
    assert started.status_code == 302, started.content.decode()
    chosen = requests.post(started.url, data={"choice": choice}, allow_redirects=False, timeout=10)
    parts = urlsplit(chosen.headers["Location"])
    return f"{parts.path}?{parts.query}"


def come_by(browser, provider, commit, **query):
    with commit():
        return browser.get(back_from(browser, provider, **query))


def who(browser):
    return browser.session.get("_auth_user_id")


def code_in(mail):
    return re.search(r"^(\d{6}) is your code", mail.body, re.MULTILINE).group(1)


def prove(browser, commit, mailoutbox, email="ada@example.com"):
    with commit():
        answer = browser.post(ADDRESS, {"email": email})
    assert (answer.status_code, answer.url) == (302, CODE)
    assert mailoutbox[-1].to == [email]
    with commit():
        return browser.post(CODE, {"code": code_in(mailoutbox[-1])})


def test_somebody_new_by_google_has_an_account_at_once(client, fake, commit):
    answer = come_by(client, "google", commit, next="/cart/")
    assert (answer.status_code, answer.url) == (302, "/cart/")
    ada = User.objects.get()
    assert (who(client), ada.email, ada.name) == (str(ada.pk), "ada@example.com", "Ada Bauer")
    assert not ada.has_usable_password()
    assert EmailAddress.objects.get().verified
    assert SocialAccount.objects.get().extra_data == {"name": "Ada Bauer", "email": "ada@example.com"}
    client.post(reverse("account_logout"))
    come_by(client, "google", commit)
    assert who(client) == str(ada.pk)
    assert User.objects.count() == 1


def test_google_opens_the_account_whose_address_is_proven(client, fake, commit, mailoutbox):
    ada = UserFactory(email="ada@example.com")
    come_by(client, "google", commit)
    assert who(client) == str(ada.pk)
    assert SocialAccount.objects.get().user == ada
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["ada@example.com"], "You can now sign in with Google")


def test_who_signed_up_with_my_address_before_me_gets_nothing(client, fake, commit):
    """Pre-hijacking: an unproven account has the address when its owner comes by Google."""
    attacker = User.objects.create_user("ada@example.com", PASSWORD, name="Eve")
    EmailAddress.objects.create(user=attacker, email="ada@example.com", primary=True)
    SocialAccount.objects.create(user=attacker, provider="facebook", uid="666")
    come_by(client, "google", commit)
    ada = User.objects.get(email="ada@example.com")
    assert ada != attacker
    assert who(client) == str(ada.pk)
    attacker.refresh_from_db()
    assert attacker.email is None
    assert EmailAddress.objects.get().user == ada
    login = {"login": "ada@example.com", "password": PASSWORD}
    assert type(client)().post(reverse("account_login"), login).status_code == 400


@pytest.mark.parametrize("provider", ["facebook", "google"])
def test_an_address_nobody_vouches_for_is_proven_before_it_opens_an_account(
    client, fake, commit, mailoutbox, provider
):
    fake.tell("person", verified=False)
    ada = UserFactory(email="ada@example.com")
    answer = come_by(client, provider, commit, next="/cart/")
    assert answer.url == ADDRESS
    assert who(client) is None
    assert not SocialAccount.objects.exists()
    assert 'value="ada@example.com"' in client.get(ADDRESS).content.decode()
    with commit():
        client.post(ADDRESS, {"email": "ada@example.com"})
    assert client.post(CODE, {"code": "wrong"}).status_code == 400
    with commit():
        answer = client.post(CODE, {"code": code_in(mailoutbox[-1])})
    assert answer.url == "/cart/"
    assert who(client) == str(ada.pk)
    assert SocialAccount.objects.get().user == ada
    assert mailoutbox[-1].subject.startswith("You can now sign in with")


def test_33_proving_an_address_is_the_same_for_known_and_unknown(client, fake, commit):
    UserFactory(email="ada@example.com")
    pages = []
    for number, email in enumerate(("ada@example.com", "bob@example.com")):
        fake.tell("person", verified=False, email=email, sub=str(number))
        browser = type(client)()
        come_by(browser, "facebook", commit)
        with commit():
            answer = browser.post(ADDRESS, {"email": email})
        page = browser.get(answer.url).content.decode().replace(email, "")
        pages.append(re.sub(r'value="\w{64}"|"X-CSRFToken": "\w+"', "", page))
    assert pages[0] == pages[1]
    assert User.objects.count() == 1


def test_without_an_address_one_is_asked_for(client, fake, commit, mailoutbox):
    fake.tell("person", email="")
    assert come_by(client, "facebook", commit).url == ADDRESS
    assert client.post(ADDRESS, {"email": "ada@"}).status_code == 400
    assert prove(client, commit, mailoutbox).status_code == 302
    ada = User.objects.get()
    assert (who(client), ada.email, ada.name) == (str(ada.pk), "ada@example.com", "Ada Bauer")


def test_32_the_code_for_an_address_is_no_good_in_another_browser(client, fake, commit, mailoutbox):
    fake.tell("person", verified=False)
    thief = type(client)()
    come_by(thief, "facebook", commit)
    come_by(client, "facebook", commit)
    for browser in (thief, client):
        with commit():
            browser.post(ADDRESS, {"email": "ada@example.com"})
    assert thief.post(CODE, {"code": code_in(mailoutbox[-1])}).status_code == 400
    assert not User.objects.exists()


def test_staff_are_never_linked(client, fake, commit):
    sam = StaffFactory(email="ada@example.com")
    answer = come_by(client, "google", commit)
    assert answer.url == reverse("account_login")
    assert who(client) is None
    client.force_login(sam, backend=BACKEND)
    come_by(client, "google", commit, process="connect")
    assert not SocialAccount.objects.exists()
    SocialAccount.objects.create(user=sam, provider="google", uid="1001")
    browser = type(client)()
    assert come_by(browser, "google", commit).url == reverse("account_login")
    assert who(browser) is None


def test_a_closed_account_stays_closed(client, fake, commit):
    UserFactory(email="ada@example.com", is_active=False)
    come_by(client, "google", commit)
    assert who(client) is None
    assert User.objects.count() == 1


def test_connecting_and_disconnecting(client, fake, commit, mailoutbox):
    ada = UserFactory(email="other@example.com")
    client.force_login(ada, backend=BACKEND)
    assert "Connect Google" in client.get(CONNECTIONS).content.decode()
    assert come_by(client, "google", commit, process="connect").url == CONNECTIONS
    account = SocialAccount.objects.get(user=ada)
    with commit():
        assert client.post(CONNECTIONS, {"account": account.pk}).status_code == 302
    assert not SocialAccount.objects.exists()
    assert mailoutbox[-1].subject == "You can no longer sign in with Google"


def test_the_last_way_in_is_not_taken_away(client, fake, commit):
    come_by(client, "google", commit)
    account = SocialAccount.objects.get()
    answer = client.post(CONNECTIONS, {"account": account.pk})
    assert answer.status_code == 400
    assert "This is your only way in" in answer.content.decode()
    User.objects.update(phone="+4915123456789", confirmed_phone="+4915123456789")
    assert client.post(CONNECTIONS, {"account": account.pk}).status_code == 302
    assert not SocialAccount.objects.exists()


def test_somebody_elses_connection_is_not_disconnected(client, fake):
    theirs = SocialAccount.objects.create(user=UserFactory(), provider="google", uid="7")
    client.force_login(UserFactory(), backend=BACKEND)
    assert client.post(CONNECTIONS, {"account": theirs.pk}).status_code == 400
    assert SocialAccount.objects.exists()


def test_saying_no_at_the_provider_changes_nothing(client, fake):
    answer = client.get(back_from(client, "google", choice="cancel"), follow=True)
    assert "You stopped before it was done" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("provider", ["facebook", "google"])
@pytest.mark.parametrize("wrong", ["state", "audience", "secret", "error", "other browser", "replay"])
def test_what_is_not_right_signs_nobody_in(client, fake, commit, settings, caplog, provider, wrong):
    if wrong == "audience":
        if provider == "facebook":
            return  # its tokens say nothing of whom they are for; they come straight from it
        fake.tell("settings", audience="somebody-else")
    if wrong == "state":
        fake.tell("settings", state="forged")
    if wrong == "secret":
        providers = settings.SOCIALACCOUNT_PROVIDERS
        providers[provider]["APP"] = {"client_id": CLIENT, "secret": "another-secret"}
    if wrong == "error":
        fake.go_wrong("token", "error", method="GET" if provider == "facebook" else "POST", times=2)
    target = back_from(client, provider)
    browser = type(client)() if wrong == "other browser" else client
    if wrong == "replay":
        browser.get(target)
        browser.post(reverse("account_logout"))
        User.objects.all().delete()
    caplog.set_level("DEBUG")
    answer = browser.get(target)
    assert answer.status_code == 401
    assert "That did not work" in answer.content.decode()
    assert who(browser) is None
    assert not User.objects.exists()
    said = [record.getMessage() for record in caplog.records]
    assert not [words for words in said if SECRET in words or TOKEN in words]


def test_google_is_asked_with_a_proof_key_and_nobody_adds_rights(client, fake):
    asked = client.post("/account/google/login/?scope=drive&auth_params=prompt%3Dnone&action=rerequest").url
    assert "code_challenge_method=S256" in asked
    assert "drive" not in asked
    assert "prompt" not in asked


def test_a_link_signs_nobody_in(client, fake):
    page = client.get("/account/google/login/")
    assert page.status_code == 200
    assert "Continue with Google?" in page.content.decode()
    assert type(client)(enforce_csrf_checks=True).post("/account/google/login/").status_code == 403


def test_no_token_is_kept(client, fake, commit):
    fake.tell("person", verified=False)
    come_by(client, "facebook", commit)
    assert not SocialToken.objects.exists()
    assert not any(TOKEN in str(session.get_decoded()) for session in Session.objects.all())


@pytest.mark.parametrize(
    "path", ["facebook/login/", "google/login/", "google/login/callback/", "google/login/token/"]
)
def test_what_is_not_configured_is_not_there(client, path):
    assert client.post(f"/account/{path}").status_code in (404, 405)
    assert client.get(f"/account/{path}").status_code == 404
    assert "Continue with" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("provider", ["facebook", "google"])
def test_50_next_leads_nobody_away_by_provider(client, fake, commit, provider):
    come_by(client, "google", commit)
    client.post(reverse("account_logout"))
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert "evil" not in come_by(type(client)(), provider, commit, next=target).url
