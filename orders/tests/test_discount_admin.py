"""Staff set up discounts, try them on past orders, and make and download their codes."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.tests.factories import CategoryFactory, ProductFactory
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import sign_in, staff_with
from ecommerce.lib.spreadsheets import safe_cell
from orders.models import Discount, DiscountCode
from orders.services.cart import add_coupon
from orders.services.checkout import place_order
from orders.services.discount_codes import generate_codes
from orders.services.orders import cancel_order
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
ADD, LIST = reverse("admin:orders_discount_add"), reverse("admin:orders_discount_changelist")


@pytest.fixture
def staff():
    return sign_in(StaffFactory())


def form(**fields):
    """What the browser sends for a percentage."""
    return {
        "name": "Idea", "kind": "percent", "percent": "10", "amount": "0", "buy_quantity": "0",
        "get_quantity": "0", "minimum_spend": "0", "priority": "0", "stackable": "on", **fields,
    }  # fmt: skip


def url(name, discount):
    return reverse(f"admin:orders_discount_{name}", args=[discount.pk])


def errors(response):
    assert response.status_code == 200
    return {field: words[0] for field, words in response.context["adminform"].errors.items()}


def test_a_discount_with_everything_is_saved_with_its_author():
    person = StaffFactory()
    category, friend, product = CategoryFactory(), UserFactory(), ProductFactory()
    sent = form(
        code="Fall 20", cap="30", categories=[category.pk], products=[product.pk], stores=[product.store_id],
        customers=[friend.pk], first_order_only="on", max_uses="5", max_uses_per_customer="1",
    )  # fmt: skip
    assert sign_in(person).post(ADD, sent).status_code == 302
    saved = Discount.objects.get()
    assert (saved.code_key, saved.percent, saved.cap, saved.created_by) == ("FALL20", 10, 30, person)
    assert saved.first_order_only and saved.stackable and not saved.exclusive
    assert [saved.customers.get(), saved.stores.get()] == [friend, product.store]


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"percent": "0"}, "percent", "Enter how many per cent come off"),
        ({"percent": "101"}, "percent", "less than or equal to 100"),
        ({"kind": "amount"}, "amount", "Enter how much comes off."),
        ({"kind": "amount", "amount": "-1"}, "amount", "greater than or equal to 0"),
        ({"kind": "amount", "amount": "1.005"}, "amount", "finer than the smallest coin"),
        ({"kind": "buy_x_get_y", "get_quantity": "1"}, "buy_quantity", "Enter a number of pieces"),
        ({"kind": "buy_x_get_y", "buy_quantity": "1"}, "get_quantity", "Enter a number of pieces"),
        ({"staff_only": "on"}, "staff_only", "needs a code"),
        ({"code": "ta ken"}, "code", "Another discount has this code."),
        ({"code": "made1"}, "code", "A generated code is the same."),
        ({"cap": "0"}, "cap", "greater than or equal to"),
        (
            {"active_from_0": "2026-05-02", "active_from_1": "10:00:00",
             "active_until_0": "2026-05-01", "active_until_1": "10:00:00"},
            "active_until", "The end must be after the beginning.",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_beside_its_field(staff, sent, field, words):
    taken = DiscountFactory(code="TAKEN")
    DiscountCode.objects.create(discount=taken, code="MADE1", code_key="MADE1")
    assert words in errors(staff.post(ADD, form(**sent)))[field]
    assert Discount.objects.get() == taken


def test_saving_a_discount_again_keeps_its_own_code(staff):
    discount = DiscountFactory(code="MINE")
    sent = form(code="mine", percent="20")
    assert staff.post(url("change", discount), sent).status_code == 302
    discount.refresh_from_db()
    assert (discount.code, discount.percent) == ("mine", 20)


def test_a_campaign_with_codes_is_not_made_automatic_by_accident(staff):
    campaign = DiscountFactory(code="", codes_only=True)
    assert staff.post(url("change", campaign), form()).status_code == 302
    Discount.objects.update(codes_only=True)
    generate_codes(discount=campaign, count=1)
    assert "for everybody" in errors(staff.post(url("change", campaign), form()))["codes_only"]
    assert Discount.objects.get().codes_only


def test_a_discount_that_was_used_can_still_be_deleted(staff):
    discount = DiscountFactory(code="")
    OrderFactory()
    assert staff.post(url("delete", discount), {"post": "yes"}).status_code == 302
    assert not Discount.objects.exists() and discount.use_rows.count() == 1


def test_the_list_shows_uses_and_money_given_away_in_the_same_queries(staff):
    counts = []
    staff.get(LIST)  # what the sidebar counts is kept a minute
    for _ in range(2):
        discount = DiscountFactory(code="")
        order = OrderFactory()
        with CaptureQueriesContext(connection) as queries:
            page = staff.get(LIST).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert f'href="{url("change", discount)}' in page
    given = discount.use_rows.get().amount
    assert f"€{given:.2f}" in page
    cancel_order(order=order, reason="changed my mind")
    assert f"€{given:.2f}" not in staff.get(url("change", discount)).content.decode()


def test_the_form_previews_a_new_discount_without_saving_it(staff):
    order = OrderFactory(ProductFactory(price="20.00", stock=5).variants.get())
    page = staff.post(ADD, form(_preview="1"))
    assert page.status_code == 200
    text = page.content.decode()
    assert (
        "nothing has been saved" in text
        and "Tried on the latest 1 order that was" in text
        and order.number in text
    )
    assert "1 of 1" in text and "2.00" in text and "21.90" in text and "8.4 %" in text
    assert not Discount.all_objects.exists()


def test_the_form_previews_what_is_typed_not_what_is_saved(staff):
    product = ProductFactory(name="Reading lamp", price="20.00", stock=5)
    OrderFactory(product.variants.get())
    discount = DiscountFactory(code="SAVED", percent=10)
    page = staff.post(url("change", discount), form(percent="50", products=[product.pk], _preview="1"))
    assert page.context["preview"].given == Decimal("10.00")
    assert "1 product on sale:" in page.content.decode() and "Reading lamp" in page.content.decode()
    discount.refresh_from_db()
    assert (discount.percent, discount.products.count()) == (10, 0)


def test_a_form_with_errors_is_shown_again_instead_of_a_preview(staff):
    assert "percent" in errors(staff.post(ADD, form(percent="0", _preview="1")))
    assert not Discount.all_objects.exists()


def test_the_preview_of_a_saved_discount(staff):
    discount = DiscountFactory(name="Ten off", code="TEN")
    assert "There are no orders yet" in staff.get(url("preview", discount)).content.decode()
    OrderFactory()
    text = staff.get(url("preview", discount)).content.decode()
    assert "Preview of “Ten off”" in text and "Money given away" in text
    assert staff.post(url("preview", discount)).status_code == 405
    assert f"{discount.pk}/to-preview" in staff.get(url("change", discount)).content.decode()


def test_codes_are_generated_from_the_discount_and_downloaded_by_batch(staff):
    discount = DiscountFactory(name="Letter", code="", codes_only=True)
    sent = {"count": "3", "beginning": "fall-", "batch": "=Letter & 1"}
    page = staff.post(url("codes", discount), sent, follow=True)
    assert "3 codes are ready." in page.content.decode()
    generate_codes(discount=discount, count=2, batch="Other")
    response = staff.get(url("codes_csv", discount), {"batch": "=Letter & 1"})
    assert response.streaming and "codes-letter-letter-1.csv" in response["Content-Disposition"]
    rows = list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == ["Code", "Used", "Batch", "Made"]
    assert {row[0] for row in rows[1:]} == set(
        DiscountCode.objects.filter(batch="=Letter & 1").values_list("code", flat=True)
    )
    assert {(row[1], row[2]) for row in rows[1:]} == {("no", "'=Letter & 1")}
    everything = b"".join(staff.get(url("codes_csv", discount)).streaming_content)
    assert everything.count(b"\n") == 6
    assert "?batch=%3DLetter%20%26%201" in staff.get(url("codes", discount)).content.decode()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_never_acts_as_a_formula(cell):
    assert safe_cell(cell) == f"'{cell}"
    assert (safe_cell("A=1"), safe_cell(None)) == ("A=1", "")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"count": "0"}, "greater than or equal to 1"),
        ({"count": "10001"}, "less than or equal to 10000"),
        ({"count": "many"}, "Enter a whole number"),
        ({"beginning": "ä"}, "letters A to Z"),
        ({"batch": ""}, "Name the batch"),
    ],
)
def test_codes_that_cannot_be_made_are_refused_in_words(staff, sent, words):
    discount = DiscountFactory(code="", codes_only=True)
    page = staff.post(url("codes", discount), {"count": "3", "batch": "Letter", **sent})
    assert words in page.content.decode()
    assert not DiscountCode.objects.exists()


def test_codes_for_an_automatic_discount_are_refused_in_words(staff):
    page = staff.post(url("codes", DiscountFactory(code="")), {"count": "3", "batch": "Letter"})
    assert "This discount applies by itself." in page.content.decode()


def test_every_page_asks_for_its_permission():
    discount = DiscountFactory(code="", codes_only=True)
    generate_codes(discount=discount, count=1)
    pages = {name: url(name, discount) for name in ("preview", "codes", "codes_csv")}
    support = sign_in(staff_with("orders.view_order"))
    viewer = sign_in(staff_with("orders.view_discount"))
    reader = sign_in(staff_with("orders.view_discount", "orders.view_discountcode"))
    for name, page in pages.items():
        assert support.get(page).status_code == 403
        assert viewer.get(page).status_code == (200 if name == "preview" else 403)
        assert reader.get(page).status_code == 200
        assert reader.get(page.replace(str(discount.pk), "999")).status_code in (302, 404)
    assert reader.post(pages["codes"], {"count": "3", "batch": "Letter"}).status_code == 403
    assert reader.post(url("change", discount), form(_preview="1")).status_code == 403
    assert reader.post(ADD, form(_preview="1")).status_code == 403
    assert DiscountCode.objects.count() == 1


def test_generated_codes_can_be_looked_up_but_not_written(staff):
    discount = DiscountFactory(name="Letter", code="", codes_only=True)
    used, free = generate_codes(discount=discount, count=2, batch="First")
    cart = cart_with()
    add_coupon(cart=cart, code=used.code)
    order = place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")
    changelist = reverse("admin:orders_discountcode_changelist")
    text = staff.get(changelist, {"used": "yes"}).content.decode()
    assert used.code in text and free.code not in text
    assert free.code in staff.get(changelist, {"q": free.code}).content.decode()
    row = DiscountCode.objects.get(code=used.code)
    assert (
        order.number in staff.get(reverse("admin:orders_discountcode_change", args=[row.pk])).content.decode()
    )
    assert staff.get(reverse("admin:orders_discountcode_add")).status_code == 403
    assert staff.post(reverse("admin:orders_discountcode_delete", args=[row.pk])).status_code == 403


def test_the_list_of_codes_needs_the_same_queries_for_many(staff):
    counts = []
    staff.get(reverse("admin:orders_discountcode_changelist"))
    for _ in range(2):
        generate_codes(discount=DiscountFactory(code="", codes_only=True), count=20)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(reverse("admin:orders_discountcode_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_order_page_explains_every_cent_and_what_they_come_to(staff):
    DiscountFactory(code="", name="Autumn")
    order = OrderFactory(ProductFactory(name="Mug", price="20.00", stock=5).variants.get())
    text = staff.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "Autumn: 2.00 off Mug" in text
    assert "Together, without what is in brackets" in text
    assert sum(step.amount for step in order.quoted.trace if step.counts) == order.total
