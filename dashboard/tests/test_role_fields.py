"""What a role sees of a page it may open, and what it can send there: fields, amounts, accounts."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse
from knox.models import AuthToken

from catalog.models import StockRequest
from catalog.tests.factories import ProductFactory
from customers.models import User
from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from dashboard.tests.conftest import sign_in
from dashboard.tests.factories import staff_with_role
from orders.models import Order, OrderEvent, Return, ReturnLine
from orders.services.events import record
from orders.tests.factories import DiscountFactory, paid_order
from payments.models import Refund
from reviews.tests.factories import ReviewFactory

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
NO_ADDRESSES = {"addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}


@pytest.fixture
def order(db):
    return paid_order(ProductFactory().variants.get(), customer=UserFactory(name="Nora Nagel"))


def as_(role):
    return sign_in(staff_with_role(role))


def text_of(client, name, *args):
    return client.get(reverse(f"admin:{name}", args=args)).content.decode()


def change_person(client, person, **changes):
    sent = {"email": person.email, "name": person.name, "phone": "", "is_active": "on"}
    return client.post(
        reverse("admin:customers_user_change", args=[person.pk]), sent | NO_ADDRESSES | changes
    )


# --- Orders -------------------------------------------------------------------------------


def test_a_picker_sees_no_amount_of_an_order(order):
    record(order=order, kind="overpaid", message="€99.00 too much came", is_public=False)
    record(order=order, kind="note", message="Box is dented", is_public=False)
    line = order.lines.get()
    back = Return.objects.create(order=order, email=order.email, refund_amount="7.00")
    ReturnLine.objects.create(return_made=back, line=line, quantity=1, refund_amount="7.00", reason="damaged")
    picker = as_("picker")
    pages = [
        text_of(picker, "orders_order_changelist"),
        text_of(picker, "orders_order_change", order.pk),
        text_of(picker, "orders_order_act", order.pk, "ship"),
        text_of(picker, "orders_return_changelist"),
        text_of(picker, "orders_return_change", back.pk),
    ]
    for page in pages:
        assert order.number in page
        assert "€" not in page
    assert "Box is dented" in pages[1]
    assert order.token not in pages[1]  # the page the customer sees says it all
    assert "€" in text_of(as_("support"), "orders_order_change", order.pk)


def test_amounts_cannot_be_guessed_by_filtering(order):
    """Django filters a list by whatever field stands in its address."""
    picker, support = as_("picker"), as_("support")
    for query in ("total__gt=1", "amount_paid__gt=1", "payment_status=paid", "quote__total=1"):
        url = f"{reverse('admin:orders_order_changelist')}?{query}"
        assert picker.get(url).status_code in (302, 400), query
    assert support.get(f"{reverse('admin:orders_order_changelist')}?total__gt=1").status_code == 200


def test_payment_details_and_refund_buttons_are_finances(order):
    for role, sees in (("picker", False), ("support", False), ("finance", True), ("owner", True)):
        page = text_of(as_(role), "orders_order_change", order.pk)
        assert ('id="payments"' in page) == sees, role
        assert ("Send money back" in page) == sees, role


def test_support_cancels_what_is_unpaid_and_nobody_else_than_finance_what_is_paid(order):
    support = as_("support")
    url = reverse("admin:orders_order_act", args=[order.pk, "cancel"])
    support.post(url, {"reason": "Changed their mind"})
    order.refresh_from_db()
    assert order.status != Order.Status.CANCELLED
    assert not Refund.objects.exists()
    as_("finance").post(url, {"reason": "Changed their mind"})
    order.refresh_from_db()
    assert order.status == Order.Status.CANCELLED


def test_a_picker_packs_and_ships(order):
    picker = as_("picker")
    picker.post(reverse("admin:orders_order_act", args=[order.pk, "pick"]))
    sent = {"carrier": "DHL", "tracking_number": "JJD1", f"quantity_{order.lines.get().pk}": 1}
    picker.post(reverse("admin:orders_order_act", args=[order.pk, "ship"]), sent)
    order.refresh_from_db()
    assert order.status == Order.Status.SHIPPED
    assert OrderEvent.objects.filter(order=order, kind="shipped").exists()


def test_a_pickers_papers_have_no_invoice(order, monkeypatch):
    made = []
    for name in ("render_invoice", "render_packing_slip"):
        monkeypatch.setattr(
            f"documents.services.printing.{name}", lambda *args, name=name: made.append(name) or b""
        )
    for role, wanted in (
        ("picker", {"render_packing_slip"}),
        ("owner", {"render_packing_slip", "render_invoice"}),
    ):
        made.clear()
        as_(role).post(reverse("admin:orders_order_papers"), {"ids": str(order.pk)})
        assert set(made) == wanted, role


def test_files_of_orders_are_not_for_pickers_and_merchandisers(order):
    from documents.tests.factories import OrderFileFactory

    file = OrderFileFactory(order_id=order.pk, order_number=order.number)
    for role, status in (("picker", 404), ("merchandiser", 404)):
        assert as_(role).get(reverse("documents:download", args=[file.pk])).status_code == status


# --- Fields of customers in other lists -----------------------------------------------------


def test_a_merchandiser_sees_no_customer(order):
    wish = StockRequest.objects.create(variant=ProductFactory().variants.get(), email="waits@example.com")
    review = ReviewFactory(product=order.lines.get().product, customer_email="nora@example.com")
    discount = DiscountFactory()
    discount.customers.add(order.customer)
    merchandiser = as_("merchandiser")
    for name, args in (
        ("catalog_stockrequest_changelist", []),
        ("catalog_stockrequest_change", [wish.pk]),
        ("reviews_review_changelist", []),
        ("reviews_review_change", [review.pk]),
        ("orders_discount_change", [discount.pk]),
        ("orders_discount_preview", [discount.pk]),
        ("index", []),
    ):
        page = text_of(merchandiser, name, *args)
        for secret in ("waits@example.com", "nora@example.com", order.customer.email, order.number):
            assert secret not in page, (name, secret)
    assert "waits@example.com" in text_of(as_("support"), "catalog_stockrequest_changelist")
    for name, query in (
        ("catalog_stockrequest", "email__startswith=w"),
        ("reviews_review", "customer_email=n"),
    ):
        url = f"{reverse(f'admin:{name}_changelist')}?{query}"
        assert merchandiser.get(url).status_code in (302, 400)
    found = merchandiser.get(reverse("admin:catalog_stockrequest_changelist"), {"q": "waits"})
    assert wish.variant.sku not in found.content.decode()


def test_a_hidden_field_keeps_its_value_whatever_is_sent(order):
    discount, stranger = DiscountFactory(), UserFactory()
    discount.customers.add(order.customer)
    url = reverse("admin:orders_discount_change", args=[discount.pk])
    merchandiser = as_("merchandiser")
    sent = {
        "name": "Spring", "kind": "percent", "percent": "10", "amount": "0", "buy_quantity": "0",
        "get_quantity": "0", "minimum_spend": "0", "priority": "0", "customers": [stranger.pk],
    }  # fmt: skip
    assert merchandiser.post(url, sent).status_code == 302
    discount.refresh_from_db()
    assert discount.name == "Spring"
    assert list(discount.customers.all()) == [order.customer]


def test_answers_to_reviews_are_a_merchandisers_their_state_is_not():
    review = ReviewFactory(product=ProductFactory())
    merchandiser = as_("merchandiser")
    url = reverse("admin:reviews_review_change", args=[review.pk])
    merchandiser.post(url, {"answer": "Thank you!", "comments": "", "status": "rejected"})
    review.refresh_from_db()
    assert (review.answer, review.status) == ("Thank you!", "published")


# --- People -------------------------------------------------------------------------------


def test_support_changes_contact_details_and_nothing_else(mailoutbox, commit):
    person, group = UserFactory(), Group.objects.get(name="owner")
    support = as_("support")
    page = text_of(support, "customers_user_change", person.pk)
    for field in ("is_staff", "is_superuser", "groups", "user_permissions", "password1"):
        assert f'name="{field}"' not in page
    assert "/password/" not in page
    forged = {
        "name": "Nora New", "is_staff": "on", "is_superuser": "on", "groups": [group.pk], "is_active": "",
        "password": "x",
    }  # fmt: skip
    assert change_person(support, person, **forged).status_code == 302
    now = User.objects.get(pk=person.pk)
    assert (now.name, now.is_staff, now.is_superuser, now.is_active) == ("Nora New", False, False, True)
    assert not now.groups.exists()
    assert now.check_password(PASSWORD)


def test_an_email_that_staff_enter_is_not_proven_and_the_old_one_is_told(mailoutbox, commit):
    person = UserFactory(email="old@example.com")
    support = as_("support")
    with commit():
        assert change_person(support, person, email="New@example.com").status_code == 302
    rows = EmailAddress.objects.filter(user=person).values_list("email", "verified", "primary")
    assert list(rows) == [("new@example.com", False, True)]
    assert [mail.to for mail in mailoutbox] == [["old@example.com"]]
    assert "new@example.com" in mailoutbox[0].body
    entry = LogEntry.objects.get(object_id=str(person.pk))
    assert "Email" in entry.get_change_message()


def test_an_email_of_somebody_else_is_refused():
    person, other = UserFactory(), UserFactory()
    EmailAddress.objects.create(user=other, email="second@example.com", verified=True)
    support = as_("support")
    for taken in (other.email, "second@example.com"):
        assert change_person(support, person, email=taken).status_code == 200
    person.refresh_from_db()
    assert EmailAddress.objects.get(user=person).verified


def test_a_phone_that_staff_enter_signs_nobody_in():
    person = UserFactory(phone="+4915112345678", confirmed_phone="+4915112345678")
    assert change_person(as_("support"), person, phone="+4915187654321").status_code == 302
    person.refresh_from_db()
    assert str(person.phone) == "+4915187654321"
    assert person.confirmed_phone == ""
    assert not person.phone_is_confirmed


def test_a_name_alone_leaves_everything_proven(mailoutbox, commit):
    person = UserFactory()
    with commit():
        change_person(as_("support"), person, name="Somebody Else")
    assert EmailAddress.objects.get(user=person).verified
    assert not mailoutbox


def test_support_touches_no_colleague():
    support = as_("support")
    for colleague in (staff_with_role("finance"), staff_with_role("owner"), StaffFactory()):
        assert change_person(support, colleague, email="mine@example.com").status_code == 403
        password = reverse("admin:auth_user_password_change", args=[colleague.pk])
        assert support.post(password, {"password1": "x" * 12, "password2": "x" * 12}).status_code == 403
        colleague.refresh_from_db()
        assert colleague.email != "mine@example.com"


def test_support_sets_no_password_of_a_customer():
    person = UserFactory()
    url = reverse("admin:auth_user_password_change", args=[person.pk])
    data = {"password1": "walnut-canoe", "password2": "walnut-canoe", "usable_password": "true"}
    assert as_("support").post(url, data).status_code == 403
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_an_owner_makes_staff_and_gives_roles_but_no_superuser():
    owner, person = as_("owner"), UserFactory()
    group = Group.objects.get(name="picker")
    page = text_of(owner, "customers_user_change", person.pk)
    assert 'name="is_staff"' in page and 'name="groups"' in page
    assert 'name="is_superuser"' not in page and 'name="user_permissions"' not in page
    change_person(owner, person, is_staff="on", groups=[group.pk], is_superuser="on")
    now = User.objects.get(pk=person.pk)
    assert (now.is_staff, now.is_superuser, list(now.groups.all())) == (True, False, [group])


def test_an_owner_touches_no_superuser():
    owner, boss = as_("owner"), StaffFactory()
    token = issue_token(user=boss)
    assert change_person(owner, boss, email="mine@example.com").status_code == 403
    password = reverse("admin:auth_user_password_change", args=[boss.pk])
    assert owner.get(password).status_code == 403
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD) and token
    key = AuthToken.objects.get(user=boss).token_key
    owner.post(reverse("admin:customers_apitoken_changelist"), {"action": "end", "_selected_action": key})
    assert AuthToken.objects.filter(user=boss).exists()


def test_only_owners_close_accounts():
    person = UserFactory()
    change_person(as_("support"), person, is_active="")
    person.refresh_from_db()
    assert person.is_active
    change_person(as_("owner"), person, is_active="")
    person.refresh_from_db()
    assert not person.is_active


def test_somebody_without_any_role_is_told_so():
    page = text_of(sign_in(StaffFactory(is_superuser=False)), "index")
    assert "Nothing waits for you here" in page
