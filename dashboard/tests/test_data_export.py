"""“Get my data”: asked for, put together in the background, fetched by its owner, deleted again."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from knox.models import AuthToken

from catalog.services.stock_requests import ask
from catalog.tests.factories import ProductFactory
from customers.models import PersonalDataRequest
from customers.services.data_requests import CLAIM, ask_for_export
from customers.tests.factories import PASSWORD, AddressFactory, UserFactory
from dashboard.services import data_export
from dashboard.services.data_sweep import sweep
from dashboard.tests.people import EMAIL, NAME, known_person
from orders.tests.factories import OrderFactory
from support.services.tickets import open_ticket
from tests.downloads import fetch

pytestmark = [
    pytest.mark.django_db(databases=["default", "documents"]),
    pytest.mark.usefixtures("local_private_files"),
]

DATA, EXPORT = reverse("customers:data"), reverse("customers:data_export")


def signed_in(user):
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def confirmed(client, page):
    """Answer the question whether it is really them, and go on to where it led."""
    assert page.status_code == 302 and page.url.startswith(reverse("account_reauthenticate"))
    return client.post(page.url, {"password": PASSWORD}, follow=True)


def fetched(client, link):
    """The file, once the question was answered."""
    page = client.get(link)
    asked = client.post(page.url, {"password": PASSWORD})
    assert asked.url == link
    return fetch(client, link)


def archive_of(response):
    return zipfile.ZipFile(io.BytesIO(response.content))


def test_from_the_button_to_the_file(commit, mailoutbox):
    known = known_person()
    client = signed_in(known.user)
    Authenticator.objects.create(user=known.user, type="totp", data={"secret": "a secret of the second step"})
    # Signing in just now is not enough: a browser that was left open signed in long ago.
    first = client.post(EXPORT)
    with commit():
        page = confirmed(client, first)
    assert "An email says when it is ready" in page.content.decode() or client.get(DATA).status_code == 200
    request = PersonalDataRequest.objects.get()
    assert (request.status, request.open_key, request.requested_by) == ("ready", None, known.user)
    (mail,) = [mail for mail in mailoutbox if "Your data are ready" in mail.subject]
    assert mail.to == [EMAIL] and DATA in mail.body and request.file_path not in mail.body
    link = reverse("customers:data_file", args=[request.public_id])
    assert link in client.get(DATA).content.decode() and str(request.public_id) not in mail.body
    assert client.get(link).headers["Cache-Control"] == "private, no-store"
    answer = fetch(client, link)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    bundle = archive_of(answer)
    names = set(bundle.namelist())
    invoice = f"invoices/{known.invoice_file.file_name}"
    assert {"README.txt", invoice, f"photos/{known.photo.rsplit('/')[-1]}"} <= names
    assert bundle.read(invoice).startswith(b"%PDF")
    data = {name[:-5]: json.loads(bundle.read(name)) for name in names if name.endswith(".json")}
    assert set(data) == {
        "profile", "addresses", "sessions", "api_tokens", "second_factors", "social_accounts", "consents",
        "data_requests", "saved_things", "looked_at", "orders", "baskets",
        "payments", "gift_cards", "papers", "reviews", "reviews_to_appear", "questions",
        "product_questions", "product_answers", "surveys", "stock_requests",
    }  # fmt: skip
    assert data["profile"]["name"] == NAME and data["profile"]["email"] == EMAIL
    assert data["addresses"][0]["line1"] == "Zypressenweg 3"
    assert [order["number"] for order in data["orders"]] == [known.invoiced.number, known.unpaid.number]
    assert data["orders"][0]["lines"][0]["total"] == str(known.invoiced.lines.get().total)
    assert data["payments"][0]["order"] == known.invoiced.number
    assert data["questions"][0]["message"] == "SECRET-WORDS"
    assert all(data[name] for name in data)
    everything = b"".join(bundle.read(name) for name in names if name.endswith(".json")).decode()
    assert AuthToken.objects.get().digest not in everything
    assert "a secret of the second step" not in everything and known.user.password not in everything
    assert not any(key in everything for key in (client.session.session_key, known.invoiced.token))


def test_it_is_nobody_elses_and_not_for_ever(commit):
    ada, rival = UserFactory(), UserFactory()
    with commit():
        request = ask_for_export(customer=ada)
    link = reverse("customers:data_file", args=[request.public_id])
    thief = signed_in(rival)
    assert fetched(thief, link).status_code == 404
    assert Client().get(link).url.startswith(reverse("account_login"))
    owner = signed_in(ada)
    assert fetched(owner, link).status_code == 200
    request.refresh_from_db()
    late = timezone.now() + timedelta(days=8)
    assert storages["private"].exists(request.file_path)
    assert sweep(now=late)["data exports deleted"] == 1
    assert not storages["private"].exists(request.file_path)
    assert owner.get(link).status_code == 404
    request.refresh_from_db()
    assert (request.status, request.file_path) == ("expired", "")
    assert sweep(now=late)["data exports deleted"] == 0


def test_its_time_is_over_before_the_sweep_comes(commit):
    ada = UserFactory()
    with commit():
        request = ask_for_export(customer=ada)
    PersonalDataRequest.objects.update(expires_at=timezone.now())
    owner = signed_in(ada)
    link = reverse("customers:data_file", args=[request.public_id])
    assert fetched(owner, link).status_code == 404
    assert link not in owner.get(DATA).content.decode()


def test_one_at_a_time_and_three_a_day(commit):
    ada = UserFactory()
    first = ask_for_export(customer=ada)
    assert ask_for_export(customer=ada) == first
    PersonalDataRequest.objects.update(status="expired", open_key=None)
    for _ in range(2):
        with commit():
            ask_for_export(customer=ada)
    client = signed_in(ada)
    page = confirmed(client, client.post(EXPORT))
    assert "That was tried too often" in page.content.decode()
    assert PersonalDataRequest.objects.count() == 3


def test_lost_work_is_found_by_the_sweep(mailoutbox, monkeypatch):
    """Nothing ran after commit here; then the store fails; then a worker dies with its claim."""
    ada = UserFactory()
    request = ask_for_export(customer=ada)
    assert request.status == "pending"

    def broken(*args, **kwargs):
        raise ConnectionError("the document store is gone")

    with monkeypatch.context() as patch:
        patch.setattr(data_export, "write", broken)
        assert sweep(now=timezone.now())["data exports made"] == 0
    request.refresh_from_db()
    assert (request.status, request.last_error, request.claimed_at) == ("pending", "ConnectionError", None)
    PersonalDataRequest.objects.update(claimed_at=timezone.now())
    assert sweep(now=timezone.now())["data exports made"] == 0
    PersonalDataRequest.objects.update(claimed_at=timezone.now() - CLAIM)
    assert sweep(now=timezone.now() + timedelta(seconds=1))["data exports made"] == 1
    assert [mail.subject for mail in mailoutbox] == ["Your data are ready"]
    assert sweep(now=timezone.now())["data emails sent"] == 0
    PersonalDataRequest.objects.update(told_at=None)
    assert sweep(now=timezone.now())["data emails sent"] == 1


def test_another_persons_data_never_come_along():
    """An address that was only typed proves nothing; a proven one brings what its guest did."""
    ada, rival = UserFactory(email="ada@example.com"), UserFactory()
    AddressFactory(customer=rival, line1="Rivalenweg 1")
    theirs = OrderFactory(customer=rival)
    guest = OrderFactory()
    type(guest).objects.filter(pk=guest.pk).update(email="Ada@Example.com", customer=None)
    type(theirs).objects.filter(pk=theirs.pk).update(email="ada@example.com")
    text = as_text(ada)
    assert guest.number in text and theirs.number not in text and "Rivalenweg" not in text
    ada.emailaddress_set.update(verified=False)
    assert guest.number not in as_text(ada)


def as_text(user):
    target = io.BytesIO()
    data_export.write(data_export.person_of(user), target, now=timezone.now())
    bundle = zipfile.ZipFile(target)
    return "".join(bundle.read(name).decode() for name in bundle.namelist() if name.endswith(".json"))


@pytest.mark.parametrize("count", [2, 9])
def test_it_costs_the_same_number_of_queries(count, django_assert_max_num_queries):
    ada = UserFactory()
    for number in range(count):
        OrderFactory(customer=ada)
        AddressFactory(customer=ada)
        ask(variant=ProductFactory().variants.get(), email=ada.email)
        text = {"subject": "A question", "message": f"Number {number} of them", "order_number": ""}
        open_ticket(name="Ada", email=ada.email, customer=ada, **text)
    with django_assert_max_num_queries(36):
        as_text(ada)
