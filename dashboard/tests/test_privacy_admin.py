"""What staff see and do of consents and requests for data, by their rights."""

import csv
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from customers.models import PersonalDataRequest, User
from customers.services import consents
from customers.services.data_requests import ask_for_erasure
from customers.tests.factories import UserFactory
from dashboard.tests.conftest import sign_in, staff_with
from orders.models import Order
from orders.services.fulfilment import deliver_order
from orders.tests.factories import shipped_order

pytestmark = [
    pytest.mark.django_db(databases=["default", "documents"]),
    pytest.mark.usefixtures("local_private_files"),
]
ERASER = ("customers.view_user", "customers.view_personaldatarequest", "customers.change_personaldatarequest")
GUEST = reverse("admin:customers_guest_erase")
REASON = {"reason": "By letter of 3 May", "sure": "on"}


def agreed(email):
    user = UserFactory(email=email)
    consents.choose_marketing(email=email, given=True, where="=cmd|x", address="", customer=user)


def test_who_wants_news_is_exported_safely_and_on_record(client):
    agreed("a@example.com")
    agreed("b@example.com")
    consents.choose_marketing(email="b@example.com", given=False, where="account", address="")
    url = reverse("admin:customers_consent_news")
    assert sign_in(staff_with("customers.view_user")).get(url).status_code == 403
    reader = sign_in(staff_with("customers.view_consent"))
    assert reader.post(url).status_code == 405
    rows = list(csv.reader(io.StringIO(reader.get(url).getvalue().decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Email", "a@example.com"]
    assert rows[1][2] == "'=cmd|x"
    assert client.post(rows[1][4].partition(":8000")[2]).status_code == 200
    assert not consents.wants_marketing("a@example.com")
    assert LogEntry.objects.get().change_message == "Exported who wants news by email."


@pytest.mark.parametrize("model", ["consent", "personaldatarequest"])
@pytest.mark.parametrize("count", [2, 20])
def test_lists_cost_the_same_and_rows_cannot_be_written(model, count, django_assert_max_num_queries):
    for _ in range(count):
        user = UserFactory()
        consents.record_sign_up(customer=user, marketing=True, address="203.0.113.9")
        ask_for_erasure(customer=user, requested_by=user)
    client = sign_in(staff_with(f"customers.view_{model}"))
    with django_assert_max_num_queries(14):
        assert client.get(reverse(f"admin:customers_{model}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:customers_{model}_add")).status_code == 403
    row = (consents.Consent if model == "consent" else PersonalDataRequest).objects.first()
    page = reverse(f"admin:customers_{model}_change", args=[row.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"email": "x@example.com"}).status_code == 403
    assert client.post(reverse(f"admin:customers_{model}_delete", args=[row.pk])).status_code == 403


def test_staff_erase_a_customer_with_a_reason(commit):
    ada = UserFactory(name="Ada Abgemeldet")
    url = reverse("admin:customers_user_erase", args=[ada.pk])
    looker = sign_in(staff_with("customers.view_user", "customers.change_user"))
    assert (looker.get(url).status_code, looker.post(url, REASON).status_code) == (403, 403)
    client = sign_in(staff_with(*ERASER))
    assert "§ 147 AO" in client.get(url).content.decode()
    assert client.post(url, {"reason": "", "sure": "on"}).status_code == 400
    assert client.post(url, {"reason": "Asked"}).status_code == 400
    assert not PersonalDataRequest.objects.exists()
    with commit():
        assert client.post(url, REASON).url == url
    page = client.get(url).content.decode()
    assert "erasure is erased" in page and "Ada" not in page
    assert not User.objects.get(pk=ada.pk).is_active
    assert LogEntry.objects.get(object_id=ada.pk).change_message == "Asked for the erasure."
    assert "Ada" not in LogEntry.objects.get(object_id=ada.pk).object_repr


def test_staff_are_refused_on_the_page():
    client = sign_in(staff_with(*ERASER))
    clerk = staff_with("customers.view_user")
    answer = client.post(reverse("admin:customers_user_erase", args=[clerk.pk]), REASON)
    assert answer.status_code == 400 and "belongs to our staff" in answer.content.decode()


def test_an_erasure_that_waits_is_called_off_by_staff(commit):
    ada = UserFactory()
    shipped_order(customer=ada)
    with commit():
        request = ask_for_erasure(customer=ada, requested_by=ada)
    chosen = {"action": "call_off", "_selected_action": [request.pk]}
    listed = reverse("admin:customers_personaldatarequest_changelist")
    sign_in(staff_with("customers.view_personaldatarequest")).post(listed, chosen)
    request.refresh_from_db()
    assert request.status == "waiting"
    assert "called off" in sign_in(staff_with(*ERASER)).post(listed, chosen, follow=True).content.decode()
    request.refresh_from_db()
    assert request.status == "cancelled"


def test_a_guest_is_erased_by_address_unless_an_account_has_it(commit):
    order = shipped_order()
    deliver_order(order=order)
    client = sign_in(staff_with(*ERASER))
    assert sign_in(staff_with("customers.view_personaldatarequest")).get(GUEST).status_code == 403
    UserFactory(email="ada@example.com")
    refused = client.post(GUEST, REASON | {"email": "Ada@example.com"})
    assert refused.status_code == 400 and "An account has this address" in refused.content.decode()
    with commit():
        assert client.post(GUEST, REASON | {"email": order.email}).status_code == 302
    assert Order.objects.get(pk=order.pk).name == "Erased"
