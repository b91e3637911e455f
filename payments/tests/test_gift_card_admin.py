"""Gift cards in the staff site: issued, looked at, blocked, adjusted, and by whom."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import sign_in, staff_with
from payments.models import GiftCard
from payments.services.store_credit import credit_of
from payments.tests.factories import credit_for, new_card

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

LIST, ADD = reverse("admin:payments_giftcard_changelist"), reverse("admin:payments_giftcard_add")
CREDIT = reverse("admin:payments_giftcard_give_credit")
SEE, ISSUE, CHANGE = (f"payments.{verb}_giftcard" for verb in ("view", "add", "change"))


def page_of(card, name="change"):
    return reverse(f"admin:payments_giftcard_{name}", args=[card.pk])


@pytest.fixture
def seller(db):
    return sign_in(staff_with(SEE, ISSUE, CHANGE))


def test_a_card_is_issued_its_code_shown_once_and_sent(seller, commit, mailoutbox):
    form = {
        "key": uuid.uuid4(), "amount": "25.00", "recipient_email": "robin@example.com", "reason": "Sold",
        "message": "Happy birthday!", "expires_on": "2099-12-31",
    }  # fmt: skip
    with commit():
        page = seller.post(ADD, form).content.decode()
    code = mailoutbox[0].body.partition("Its code: ")[2].split()[0]
    assert code in page and "Happy birthday!" in mailoutbox[0].body
    again = seller.post(ADD, form).content.decode()
    card = GiftCard.objects.get()
    assert code not in again and "issued already" in again
    assert code not in seller.get(page_of(card)).content.decode()
    assert "no-store" in seller.get(ADD)["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("amount", "0"), ("amount", "-5"), ("amount", "1.005"), ("amount", "99999"), ("amount", ""),
     ("reason", ""), ("expires_on", "2020-01-01"), ("recipient_email", "robin")],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field(seller, field, typed):
    form = {"key": uuid.uuid4(), "amount": "25.00", "reason": "Sold"} | {field: typed}
    page = seller.post(ADD, form)
    assert page.status_code == 400 and page.context["form"].errors[field]
    assert "<title>\n    Error" in page.content.decode() or "Error: " in page.content.decode()
    assert not GiftCard.objects.exists()


def test_store_credit_is_given_to_who_confirmed_the_address(seller):
    customer = UserFactory()
    form = {"key": uuid.uuid4(), "email": customer.email, "amount": "7.50", "reason": "Sorry"}
    assert seller.get(CREDIT).status_code == 200
    for _ in range(2):
        assert seller.post(CREDIT, form).status_code == 302
    assert str(credit_of(customer).balance) == "7.500"
    unknown = seller.post(CREDIT, form | {"email": "nobody@example.com"})
    assert unknown.status_code == 400 and GiftCard.objects.count() == 1


def test_a_balance_is_changed_once_with_a_reason(seller):
    card = new_card("20.00").card
    form = {"key": uuid.uuid4(), "amount": "-5.00", "reason": "Cashed out"}
    for _ in range(2):
        assert seller.post(page_of(card, "adjust"), form).status_code == 302
    text = seller.get(page_of(card)).content.decode()
    assert "€15.00" in text and "Cashed out" in text and "-€5.00" in text
    too_much = seller.post(page_of(card, "adjust"), form | {"key": uuid.uuid4(), "amount": "-15.01"})
    assert too_much.status_code == 400 and "holds less" in too_much.content.decode()
    assert seller.post(page_of(card, "adjust"), {"key": uuid.uuid4()}).status_code == 400
    assert seller.get(page_of(card, "adjust")).status_code == 404


def test_a_card_is_blocked_and_free_again_each_with_a_reason(seller):
    card = new_card("20.00").card
    assert seller.post(page_of(card, "block"), {"reason": ""}).status_code == 400
    for status in ("blocked", "active"):
        seller.post(page_of(card, "block"), {"reason": f"to {status}"})
        card.refresh_from_db()
        assert card.status == status and f"to {status}" in card.comments


def test_each_step_takes_its_permission():
    card = new_card("20.00").card
    looker, issuer, stranger = (
        sign_in(staff_with(*names)) for names in ([SEE], [SEE, ISSUE], ["orders.view_order"])
    )
    assert looker.get(LIST).status_code == looker.get(page_of(card)).status_code == 200
    assert looker.get(ADD).status_code == looker.get(CREDIT).status_code == 403
    assert "Change the balance" not in looker.get(page_of(card)).content.decode()
    for client in (looker, issuer):
        for step in ("adjust", "block"):
            sent = {"key": uuid.uuid4(), "amount": "1", "reason": "x"}
            assert client.post(page_of(card, step), sent).status_code == 403
    assert issuer.get(ADD).status_code == 200
    assert stranger.get(LIST).status_code == stranger.get(page_of(card)).status_code == 403
    assert looker.get(reverse("admin:payments_giftcard_delete", args=[card.pk])).status_code == 403
    assert looker.get(reverse("admin:payments_giftcard_change", args=[0])).status_code == 404


def test_the_sidebar_leads_to_the_cards_and_the_list_finds_them():
    staff = sign_in(StaffFactory())
    card = new_card("20.00", email="robin@example.com").card
    credit_for(UserFactory(email="ada@example.com"))
    assert LIST in staff.get(reverse("admin:index")).content.decode()
    page = staff.get(LIST, {"q": card.last4}).content.decode()
    assert card.label in page and "ada@example.com" not in page and "€20.00" in page


def test_the_list_asks_the_database_no_more_for_more_cards():
    staff = sign_in(StaffFactory())

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert staff.get(LIST).status_code == 200
        return len(seen)

    new_card()
    staff.get(LIST)
    few = queries()
    for _ in range(6):
        new_card()
        credit_for(UserFactory())
    assert queries() == few
