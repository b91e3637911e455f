"""Where somebody is signed in: listed, ended by its owner and by staff, and by a new password."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.devices import device_in_words
from customers.services.open_sessions import forget_ended
from customers.services.sessions import end_others
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from ecommerce.lib.visitors import shortened

pytestmark = pytest.mark.django_db
PAGE = reverse("customers:sessions")
ACCOUNT = reverse("customers:account")
NEW = "walnut-canoe-77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


def browser(user, agent=FIREFOX, address="203.0.113.77"):
    """A browser that signed in on the shop's own page."""
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    sent = {"login": user.email, "password": PASSWORD}
    assert client.post(reverse("account_login"), sent).status_code == 302
    return client


def is_signed_in(client):
    return client.get(ACCOUNT).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/142.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_devices_are_named_in_words(agent, words):
    assert device_in_words(agent) == words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("203.0.113.77", "203.0.113.…"),
        ("2001:db8:1:2::9", "2001:db8:1:…"),
        ("::ffff:203.0.113.77", "203.0.113.…"),
        ("unknown", ""),
    ],
)
def test_addresses_are_shortened(address, words):
    assert shortened(address) == words


def test_one_sees_where_one_is_signed_in_and_signs_out_there():
    ada, rival = UserFactory(), UserFactory()
    here, phone, theirs = browser(ada), browser(ada, IPHONE, "198.51.100.9"), browser(rival)
    page = here.get(PAGE).content.decode()
    assert page.count("Sign out<span") == 2
    assert "Firefox on Linux" in page and "Safari on iPhone" in page
    assert "198.51.100.…" in page and "198.51.100.9" not in page
    assert page.index("This browser") < page.index("Safari on iPhone")
    assert PAGE in here.get(ACCOUNT).content.decode()
    copied = phone.session.session_key
    pk = UserSession.objects.get(session_key=copied).pk
    end = reverse("customers:session_end", args=[pk])
    assert here.get(end).status_code == 405
    assert theirs.post(end).status_code == 404
    assert is_signed_in(phone)
    assert "You are signed out there" in here.post(end, follow=True).content.decode()
    assert not is_signed_in(phone) and is_signed_in(here)
    assert not Session.objects.filter(session_key=copied).exists()
    assert here.post(end).status_code == 404


def test_signing_out_everywhere_else_and_here():
    ada = UserFactory()
    here, there, rival = browser(ada), browser(ada), browser(UserFactory())
    assert here.post(reverse("customers:sessions_end")).status_code == 302
    assert (is_signed_in(here), is_signed_in(there), is_signed_in(rival)) == (True, False, True)
    own = UserSession.objects.get(user=ada).pk
    assert here.post(reverse("customers:session_end", args=[own])).url == "/"
    assert not is_signed_in(here) and not UserSession.objects.filter(user=ada).exists()


def test_signing_out_kills_the_session_on_the_server():
    client = browser(UserFactory())
    cookie = client.session.session_key
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=cookie).exists()
    thief = Client()
    thief.cookies["session"] = cookie
    assert not is_signed_in(thief)


def test_a_changed_password_ends_all_other_sessions():
    ada = UserFactory()
    here, there, rival = browser(ada), browser(ada), browser(UserFactory())
    lost = there.session.session_key
    sent = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), sent).status_code == 302
    assert (is_signed_in(here), is_signed_in(there), is_signed_in(rival)) == (True, False, True)
    assert not Session.objects.filter(session_key=lost).exists()
    assert here.get(PAGE).content.decode().count("Sign out<span") == 1


def test_a_closed_account_is_signed_out_at_once():
    ada = UserFactory()
    client, staff = browser(ada), Client()
    staff.force_login(StaffFactory(), backend="django.contrib.auth.backends.ModelBackend")
    sent = {
        "email": ada.email, "name": ada.name, "phone": "", "addresses-TOTAL_FORMS": 0,
        "addresses-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert staff.post(reverse("admin:customers_user_change", args=[ada.pk]), sent).status_code == 302
    ada.refresh_from_db()
    assert not ada.is_active and not is_signed_in(client)
    assert not UserSession.objects.filter(user=ada).exists()


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_costs_the_same(count, django_assert_max_num_queries):
    ada = UserFactory()
    clients = [browser(ada) for _ in range(count)]
    with django_assert_max_num_queries(10):
        assert clients[0].get(PAGE).content.decode().count("Sign out<span") == count


def test_old_rows_are_forgotten():
    ada = UserFactory()
    here, there, gone = browser(ada), browser(ada), browser(ada)
    Session.objects.filter(session_key=there.session.session_key).update(expire_date=timezone.now())
    Session.objects.filter(session_key=gone.session.session_key).delete()
    assert here.get(PAGE).content.decode().count("Sign out<span") == 1
    assert forget_ended(now=timezone.now() + timedelta(seconds=1)) == 1
    assert UserSession.objects.get().session_key == here.session.session_key
    assert end_others(user=ada, keep=here.session.session_key) == 0


def test_staff_who_may_change_people_see_and_end_sessions():
    ada = UserFactory()
    first, second = browser(ada), browser(ada, IPHONE)
    clerk = StaffFactory(is_superuser=False)
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    url = reverse("admin:customers_user_sessions", args=[ada.pk])
    clerk.user_permissions.set(Permission.objects.filter(codename="view_user"))
    assert client.get(url).status_code == 403 and client.post(url).status_code == 403
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    page = client.get(url).content.decode()
    assert "Safari on iPhone" in page and first.session.session_key not in page
    row = UserSession.objects.get(session_key=second.session.session_key)
    assert client.post(url, {"session": row.pk}).status_code == 302
    assert (is_signed_in(first), is_signed_in(second)) == (True, False)
    assert client.post(url, {"session": row.pk}).status_code == 404
    assert client.post(url, {"session": "x"}).status_code == 404
    client.post(url)
    assert not is_signed_in(first)
    assert [entry.change_message for entry in LogEntry.objects.order_by("pk")] == ["Ended 1 session."] * 2
    assert "Signed in nowhere" in client.get(url).content.decode()
    boss = reverse("admin:customers_user_sessions", args=[StaffFactory().pk])
    assert client.get(boss).status_code == 403
