"""Generated codes: making many, and one order for each."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import CartCoupon, Discount, DiscountCode
from orders.models.order import NUMBER_ALPHABET
from orders.services import discount_codes
from orders.services.cart import add_coupon, view_cart
from orders.services.checkout import place_order
from orders.services.discount_codes import generate_codes
from orders.services.orders import cancel_order
from orders.tests.factories import DiscountFactory, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def campaign():
    return DiscountFactory(name="Letter", code="", codes_only=True)


def place(cart):
    return place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")


def test_many_codes_at_once_all_different_in_few_statements(campaign):
    with CaptureQueriesContext(connection) as queries:
        made = generate_codes(discount=campaign, count=3000, prefix="fall-", length=9, batch="  Letter  1 ")
    assert len(queries) < 50
    codes = list(DiscountCode.objects.values_list("code", flat=True))
    assert len(made) == len(set(codes)) == 3000
    assert all(code[:5] == "FALL-" and len(code) == 14 for code in codes)
    assert set("".join(code[5:] for code in codes)) == set(NUMBER_ALPHABET)
    assert set(DiscountCode.objects.values_list("batch", "uses")) == {("Letter 1", 0)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 0), ("count", -1), ("count", 10_001), ("length", 7), ("length", 21),
        ("prefix", "ÄÖ"), ("prefix", "=1+1"), ("prefix", "A" * 13), ("batch", "x" * 61),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_naming_the_field(campaign, field, value):
    with pytest.raises(BadInput) as refused:
        generate_codes(**{"discount": campaign, "count": 5, field: value})
    assert refused.value.field == field
    assert not DiscountCode.objects.exists()


def test_a_discount_that_applies_by_itself_gets_no_codes():
    with pytest.raises(DomainError, match="applies by itself"):
        generate_codes(discount=DiscountFactory(code=""), count=1)


def test_a_code_that_exists_already_is_not_made_again(campaign, monkeypatch):
    DiscountFactory(code="ABBBBBBBB")
    letters = iter("BBBBBBBB" + "CCCCCCCC" + "BBBBBBBB" + "CCCCCCCC" + "DDDDDDDD")
    monkeypatch.setattr(discount_codes.secrets, "choice", lambda alphabet: next(letters))
    assert [row.code for row in generate_codes(discount=campaign, count=1, prefix="A", length=8)] == [
        "ACCCCCCCC"
    ]
    assert [row.code for row in generate_codes(discount=campaign, count=1, prefix="A", length=8)] == [
        "ADDDDDDDD"
    ]


def test_a_discount_cannot_take_a_generated_code(campaign):
    row = generate_codes(discount=campaign, count=1)[0]
    with pytest.raises(ValidationError) as refused:
        Discount(name="Other", code=row.code.lower(), percent=5).full_clean()
    assert "A generated code is the same" in str(refused.value)


def test_the_database_keeps_a_code_at_one_use(campaign):
    generate_codes(discount=campaign, count=1)
    with pytest.raises(IntegrityError):
        DiscountCode.objects.update(uses=2)


def test_a_campaign_does_nothing_without_a_code(campaign):
    generate_codes(discount=campaign, count=1)
    assert view_cart(cart_with()).quote.discount_total == 0


def test_a_generated_code_works_once_and_again_after_a_cancellation(campaign):
    code = generate_codes(discount=campaign, count=1)[0].code
    variant = ProductFactory(stock=9).variants.get()
    cart = cart_with(variant)
    add_coupon(cart=cart, code=f" {code.lower()} ")
    order = place(cart)
    assert order.quote["discounts"][0]["code"] == code
    assert order.discount_uses.get().code.uses == 1
    other = cart_with(variant)
    with pytest.raises(DomainError, match="do not know this code"):
        add_coupon(cart=other, code=code)
    cancel_order(order=order, reason="changed my mind")
    cancel_order(order=order, reason="changed my mind")
    campaign.refresh_from_db()
    assert (DiscountCode.objects.get().uses, campaign.uses) == (0, 0)
    add_coupon(cart=other, code=code)
    assert place(other).discount_total > 0


def test_another_code_of_the_same_campaign_takes_the_place_of_the_first(campaign):
    first, second = generate_codes(discount=campaign, count=2)
    cart = cart_with()
    add_coupon(cart=cart, code=first.code)
    add_coupon(cart=cart, code=second.code)
    assert CartCoupon.objects.get().typed == second.code
    view = view_cart(cart)
    assert [coupon.typed for coupon in view.coupons] == [second.code]
    assert view.quote.discounts[0].code == second.code


def test_a_code_in_the_basket_that_somebody_else_used_says_so(campaign):
    code = generate_codes(discount=campaign, count=1)[0]
    variant = ProductFactory(stock=9).variants.get()
    mine, other = cart_with(variant), cart_with(variant)
    for cart in (mine, other):
        add_coupon(cart=cart, code=code.code)
    place(other)
    view = view_cart(mine)
    assert view.quote.discount_total == 0
    assert [problem.message for problem in view.problems] == [f"The code {code.code} is no longer running."]


def test_the_basket_page_and_the_api_show_the_generated_code(client, campaign):
    code = generate_codes(discount=campaign, count=1)[0].code
    cart = cart_with()
    headers = {"X-Cart-Token": cart.token}
    url = reverse("api_cart_coupons")
    body = client.post(url, {"code": code}, "application/json", headers=headers).json()
    assert [coupon["code"] for coupon in body["coupons"]] == [code]
    assert body["quote"]["discounts"][0]["code"] == code
    session = client.session
    session["cart"] = cart.token
    session.save()
    assert f"<strong>{code}</strong>" in client.get(reverse("orders:cart")).content.decode()
    gone = client.delete(reverse("api_cart_coupon", args=[code.lower()]), headers=headers).json()
    assert gone["coupons"] == []
