"""Orders that staff prepare, and the link by which the customer pays for them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from dashboard.tests.conftest import sign_in, staff_with
from orders.models import Cart, DraftOrder, Order
from orders.services.drafts import open_draft
from orders.services.orders import expire_unpaid
from orders.tests.factories import DiscountFactory, make_rates
from payments.models import Payment

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

NEW = reverse("admin:orders_draftorder_add")
LIST = reverse("admin:orders_draftorder_changelist")
WHERE = {
    "address-name": "Nora Nagel",
    "address-line1": "Lindenallee 7",
    "address-postal_code": "10117",
    "address-city": "Berlin",
    "address-country": "DE",
}


@pytest.fixture
def product():
    make_rates()
    return ProductFactory(name="Mug", sku="MUG", price="20.00", stock=5)


@pytest.fixture
def draft(owner, product):
    return open_draft(email="nora@example.com", actor=owner)


def page_of(draft):
    return reverse("admin:orders_draftorder_change", args=[draft.pk])


def save(client, draft, **typed):
    known = {f"quantity_{line.pk}": line.quantity for line in draft.lines.all()}
    form = {"email": draft.email, "shipping_method": "", "sku_quantity": "1"} | known | typed
    return client.post(page_of(draft), form)


def filled(client, draft):
    """Goods, address and delivery, saved the way staff do: delivery is offered after the address."""
    save(client, draft, sku="mug", sku_quantity="2", **WHERE)
    save(client, draft, shipping_method="standard", **WHERE)
    return client.get(page_of(draft))


def place(client, draft, page, method=""):
    url = reverse("admin:orders_draftorder_place", args=[draft.pk])
    return client.post(url, {"agreed": page.context["agreed"], "payment_method": method}, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def test_a_draft_becomes_an_order_that_the_customer_pays_by_its_link(
    staff, owner, product, commit, mailoutbox
):
    opened = staff.post(NEW, {"email": "nora@example.com"})
    draft = DraftOrder.objects.get()
    assert opened["Location"] == page_of(draft) and draft.created_by == owner
    page = filled(staff, draft)
    assert page.context["is_ready"] and page.context["view"].quote.total == Decimal("43.90")
    assert StockItem.objects.get().held == 0
    with commit():
        placed = place(staff, draft, page)
    order = Order.objects.get()
    assert said(placed) == [f"Order {order.number} is placed; the payment link went to nora@example.com."]
    assert (order.status, order.payment_status, order.total) == ("pending", "unpaid", Decimal("43.90"))
    assert StockItem.objects.get().held == 2
    week = timezone.now() + timedelta(days=7)
    assert abs(order.expires_at - week) < timedelta(minutes=1)
    (mail,) = mailoutbox
    link = reverse("payments:start", args=[order.token])
    assert mail.to == ["nora@example.com"] and order.number in mail.subject and link in mail.body

    customer = Client()
    assert "€43.90" in customer.get(link).content.decode()
    chosen = customer.post(link, {"payment_method": "demo"})
    assert chosen["Location"].startswith(reverse("payments:demo_bank", args=["x"])[:-2])
    payment = Payment.objects.get()
    assert (payment.amount, payment.gateway) == (Decimal("43.90"), "demo")
    order.refresh_from_db()
    assert order.payment_method == "demo" and order.expires_at > timezone.now() + timedelta(days=6)


def test_placing_twice_makes_one_order(staff, draft):
    page = filled(staff, draft)
    place(staff, draft, page)
    place(staff, draft, page)
    order = Order.objects.get()
    assert order.events.filter(kind="placed_by_staff").count() == 1


def test_an_order_by_phone_is_placed_with_a_way_to_pay(staff, draft):
    page = filled(staff, draft)
    place(staff, draft, page, "cash_on_delivery")
    order = Order.objects.get()
    assert order.expires_at is None and Payment.objects.get(order=order).gateway == "cash_on_delivery"


def test_what_changed_since_staff_looked_is_said_and_nothing_is_placed(staff, draft, product):
    page = filled(staff, draft)
    product.variants.update(price=Decimal("25.00"))
    refused = place(staff, draft, page)
    assert not Order.objects.exists()
    assert "Mug: 2 × €25.00, it was 2 × €20.00" in said(refused)[0]
    place(staff, draft, refused)
    assert Order.objects.get().total == Decimal("53.90")


def test_a_link_nobody_follows_gives_the_goods_back(staff, draft):
    place(staff, draft, filled(staff, draft))
    assert expire_unpaid(now=timezone.now() + timedelta(days=8)) == 1
    assert Order.objects.get().status == "cancelled" and StockItem.objects.get().held == 0


def test_lines_and_codes_are_changed_and_taken_out(staff, draft):
    DiscountFactory(code="TEN", percent=10)
    filled(staff, draft)
    save(staff, draft, shipping_method="standard", code="ten", **WHERE)
    view = staff.get(page_of(draft)).context["view"]
    assert view.quote.total == Decimal("39.90")
    drop = {f"drop_{view.coupons[0].pk}": "on"}
    save(staff, draft, shipping_method="standard", **drop, **WHERE)
    line = draft.lines.get()
    assert staff.get(page_of(draft)).context["view"].quote.total == Decimal("43.90")
    save(staff, draft, shipping_method="", **{f"quantity_{line.pk}": "0"}, **WHERE)
    assert not draft.lines.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"sku": "MU"}, "Did you mean: MUG (Mug)?"),
        ({"sku": "nothing"}, "No product on sale has the SKU nothing."),
        ({"sku": "MUG", "sku_quantity": "9"}, "only 5 of Mug left"),
        ({"sku": "MUG", "sku_quantity": "two"}, "Enter how many as a whole number"),
        ({"code": "NOPE"}, "We do not know this code"),
        ({"email": "nora"}, "Enter a valid email address"),
        (WHERE | {"address-postal_code": "1"}, "postal code"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_kept(staff, draft, typed, words):
    page = save(staff, draft, **typed)
    assert page.status_code == 400 and words in page.content.decode()
    assert not draft.lines.exists()


def test_a_draft_for_a_customer_goes_into_their_account(staff, product):
    customer = UserFactory(email="ada@example.com")
    staff.post(NEW, {"email": "ADA@example.com"})
    draft = DraftOrder.objects.get()
    place(staff, draft, filled(staff, draft), "bank_transfer")
    assert Order.objects.get().customer == customer


def test_no_shopper_finds_a_draft(staff, owner, product):
    draft = open_draft(email="x@example.com", actor=owner)
    shopper = Client()
    session = shopper.session
    session["cart"] = draft.token
    session.save()
    assert shopper.get(reverse("orders:cart")).context["view"].cart is None


def test_a_draft_is_thrown_away_and_a_placed_one_stays(staff, draft):
    page = filled(staff, draft)
    place(staff, draft, page)
    url = reverse("admin:orders_draftorder_discard", args=[draft.pk])
    assert staff.post(url).status_code == 404 and Cart.objects.filter(pk=draft.pk).exists()


def test_who_may_not_gets_nowhere(draft):
    picker = sign_in(staff_with("orders.view_order"))
    for url in (LIST, NEW, page_of(draft)):
        assert picker.get(url).status_code == 403
    for name in ("place", "discard"):
        assert picker.post(reverse(f"admin:orders_draftorder_{name}", args=[draft.pk])).status_code == 403
    assert DraftOrder.objects.filter(pk=draft.pk).exists()


def test_the_list_costs_the_same_queries_however_long(staff, owner, django_assert_max_num_queries):
    counts = []
    for more in (2, 10):
        for number in range(more):
            open_draft(email=f"n{more}{number}@example.com", actor=owner)
        staff.get(LIST)
        with django_assert_max_num_queries(60) as queries:
            assert staff.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
