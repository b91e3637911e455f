"""The account's pages of programs that can use it, and of proving a phone number."""

import re

import pytest
from django.urls import reverse
from knox.models import AuthToken

from customers.services.tokens import issue_token
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PROGRAMS = reverse("customers:programs")
MOBILE = "+4915123456789"


@pytest.fixture
def customer(client):
    user = UserFactory(name="Ada Bauer", phone=MOBILE)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return user


def test_programs_are_listed_and_ended(client, customer):
    assert "No app is signed in" in client.get(PROGRAMS).content.decode()
    theirs = issue_token(user=UserFactory())
    first, second, third = (issue_token(user=customer) for _ in range(3))
    page = client.get(PROGRAMS).content.decode()
    assert [token[:8] in page for token in (first, second, third, theirs)] == [True, True, True, False]
    assert not any(digest in page for digest in AuthToken.objects.values_list("digest", flat=True))
    assert PROGRAMS in client.get(reverse("customers:account")).content.decode()
    end = reverse("customers:program_end", args=[first[:8]])
    assert client.get(end).status_code == 405
    assert client.post(end, follow=True).content.decode().count("can no longer use your account") == 1
    assert client.post(end).status_code == 404
    assert client.post(reverse("customers:program_end", args=[theirs[:8]])).status_code == 404
    assert client.post(reverse("customers:programs_end")).status_code == 302
    assert AuthToken.objects.get().token_key == theirs[:15]


@pytest.mark.parametrize("count", [2, 30])
def test_the_list_has_pages_and_costs_the_same(client, customer, count, django_assert_max_num_queries):
    for _ in range(count):
        issue_token(user=customer)
    with django_assert_max_num_queries(9):
        page = client.get(PROGRAMS).content.decode()
    assert page.count("End it<") == min(count, 20)
    assert client.get(PROGRAMS, {"page": 2}).status_code == (200 if count > 20 else 404)
    assert client.get(PROGRAMS, {"page": "x"}).status_code == 404


def test_strangers_are_sent_to_sign_in(client):
    for name in ("programs", "programs_end", "phone", "phone_code"):
        method = client.post if name in ("programs_end", "phone_code") else client.get
        assert method(reverse(f"customers:{name}")).url.startswith(reverse("account_login"))


def test_a_number_is_proven_by_the_code_sent_to_it(client, customer, commit, settings, tmp_path):
    settings.SMS_FILE_PATH = tmp_path
    rival = UserFactory()
    profile = client.get(reverse("customers:profile")).content.decode()
    assert "until you confirm that it is yours" in profile
    with commit():
        sent = client.post(reverse("customers:phone_code"), follow=True)
    assert (
        "+49 1512 3456789" in sent.content.decode()
        and 'autocomplete="one-time-code"' in sent.content.decode()
    )
    (message,) = tmp_path.iterdir()
    code = re.search(r"\n(\d{6}) is", message.read_text()).group(1)
    wrong = client.post(reverse("customers:phone"), {"code": f"{(int(code) + 1) % 10**6:06}"})
    assert wrong.status_code == 400
    assert "This code is not right" in wrong.content.decode()
    assert client.post(reverse("customers:phone"), {"code": ""}).status_code == 400
    done = client.post(reverse("customers:phone"), {"code": code}, follow=True)
    assert "Your phone number is confirmed" in done.content.decode()
    customer.refresh_from_db()
    assert customer.phone_is_confirmed
    # Nothing is left to do, and another number has to be proven anew.
    assert client.post(reverse("customers:phone_code")).url == reverse("customers:profile")
    assert client.get(reverse("customers:phone")).url == reverse("customers:profile")
    client.post(reverse("customers:profile"), {"name": "Ada", "phone": "0151 23456780"})
    customer.refresh_from_db()
    assert not customer.phone_is_confirmed
    rival.refresh_from_db()
    assert rival.phone is None


def test_codes_by_page_are_limited_by_number_too(client, customer, settings, tmp_path):
    settings.SMS_FILE_PATH = tmp_path
    for _ in range(5):
        assert client.post(reverse("customers:phone_code")).url == reverse("customers:phone")
    refused = client.post(reverse("customers:phone_code"), follow=True)
    assert "That was tried too often. Please wait" in refused.content.decode()
