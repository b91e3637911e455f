"""Who may use a discount: refusals that tell nothing, and limits that hold until the order is placed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import DomainError
from orders.models import Cart, CartCoupon, Discount, DiscountCode, Order
from orders.services.cart import add_coupon, merge_carts, view_cart
from orders.services.checkout import place_order
from orders.services.discount_codes import generate_codes
from orders.services.orders import cancel_order, expire_unpaid
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def place(cart):
    return place_order(
        cart=cart, customer=cart.customer, confirmed_total=None, payment_method="bank_transfer"
    )


def messages(cart):
    return [problem.message for problem in view_cart(cart).problems]


def refused(cart, code):
    with pytest.raises(DomainError) as error:
        add_coupon(cart=cart, code=code)
    assert not CartCoupon.objects.filter(cart=cart).exists()
    return error.value.code, error.value.message


def test_codes_that_cannot_be_used_are_refused_in_the_same_words():
    now = timezone.now()
    DiscountFactory(code="EXPIRED", active_until=now - timedelta(days=1))
    DiscountFactory(code="FUTURE", active_from=now + timedelta(days=1))
    DiscountFactory(code="DELETED").delete()
    DiscountFactory(code="SUSPENDED", is_suspended=True)
    DiscountFactory(code="STAFF", staff_only=True)
    DiscountFactory(code="USEDUP", max_uses=1, uses=1)
    DiscountFactory(code="OTHERS").customers.add(UserFactory())
    campaign = DiscountFactory(code="", codes_only=True)
    used = generate_codes(discount=campaign, count=1)[0]
    DiscountCode.objects.update(uses=1)
    cart = cart_with(customer=UserFactory())
    codes = ["EXPIRED", "FUTURE", "DELETED", "SUSPENDED", "STAFF", "USEDUP", "OTHERS", used.code, "NEVER"]
    answers = {refused(cart, code) for code in codes}
    assert {code for code, _ in answers} == {"coupon_unknown"}
    assert len(answers) == 1


def test_the_page_refuses_a_staff_code_like_an_unknown_one(client):
    DiscountFactory(code="STAFF", staff_only=True)
    answers = []
    for code in ("STAFF", "NEVER"):
        response = client.post(reverse("api_cart_coupons"), {"code": code}, "application/json")
        answers.append((response.status_code, response.json()))
    assert answers[0] == answers[1]


def test_a_staff_code_works_when_staff_put_it_in():
    DiscountFactory(code="STAFF", staff_only=True)
    cart = cart_with()
    add_coupon(cart=cart, code="staff", by_staff=True)
    assert place(cart).discount_total == Decimal("2.00")


def test_a_code_for_some_customers_needs_their_account():
    friend = UserFactory()
    DiscountFactory(code="FRIENDS").customers.add(friend)
    guest = cart_with()
    guest.email = friend.email
    guest.save()
    assert refused(guest, "FRIENDS")[0] == "coupon_unknown"
    cart = cart_with(customer=friend)
    add_coupon(cart=cart, code="FRIENDS")
    assert place(cart).discount_total == Decimal("2.00")


def test_an_automatic_discount_for_some_customers_applies_to_them_alone():
    friend = UserFactory()
    DiscountFactory(code="").customers.add(friend)
    assert view_cart(cart_with(customer=friend)).quote.discount_total == Decimal("2.00")
    assert view_cart(cart_with(customer=UserFactory())).quote.discount_total == 0
    assert view_cart(cart_with()).quote.discount_total == 0


def test_a_discount_of_a_store_reduces_its_products_alone():
    mine, other = ProductFactory(stock=3), ProductFactory(stock=3)
    DiscountFactory(code="").stores.add(mine.store)
    assert mine.store_id != other.store_id
    view = view_cart(cart_with(mine.variants.get(), other.variants.get()))
    assert [line.quoted.discount for line in view.lines] == [Decimal("2.00"), 0]


@pytest.mark.parametrize("email", ["nora@example.com", "Nora@Example.com", "nora+news@example.com"])
def test_a_first_order_is_one_by_address_without_case_and_tag(email):
    DiscountFactory(code="FIRST", first_order_only=True)
    earlier = OrderFactory()
    Order.objects.filter(pk=earlier.pk).update(email=email)
    cart = cart_with()
    add_coupon(cart=cart, code="FIRST")
    assert view_cart(cart).quote.discount_total == 0
    assert messages(cart) == ["The code FIRST is for a first order, and you have ordered before."]


def test_somebody_whose_address_only_looks_alike_has_not_ordered():
    DiscountFactory(code="FIRST", first_order_only=True)
    earlier = OrderFactory()
    cart = cart_with()
    add_coupon(cart=cart, code="FIRST")
    for email in ("nora2@example.com", "n_ra@example.com", "nora@example.org", "anora@example.com"):
        Order.objects.filter(pk=earlier.pk).update(email=email)
        assert view_cart(cart).quote.discount_total == Decimal("2.00")


def test_a_first_order_is_one_by_account_and_cancelled_ones_do_not_count():
    DiscountFactory(code="", first_order_only=True)
    user = UserFactory()
    order = OrderFactory(customer=user)
    assert order.discount_total == Decimal("2.00")
    Order.objects.filter(pk=order.pk).update(email="another@example.com")
    assert view_cart(cart_with(customer=user)).quote.discount_total == 0
    cancel_order(order=order, reason="changed my mind")
    assert view_cart(Cart.objects.get(open_for=user.pk)).quote.discount_total == Decimal("2.00")


def test_a_first_order_placed_meanwhile_is_noticed_when_placing(monkeypatch):
    DiscountFactory(code="FIRST", first_order_only=True)
    variant = ProductFactory(stock=9).variants.get()
    cart = cart_with(variant)
    add_coupon(cart=cart, code="FIRST")
    OrderFactory(variant)
    monkeypatch.setattr("orders.services.eligibility.is_usable", lambda row, now: True)
    with pytest.raises(DomainError) as error:
        place(cart)
    assert error.value.code == "coupon_first_order"
    assert Discount.objects.get().uses == 0 and Order.objects.count() == 1


def limited_by(kind):
    """A discount with one use, and the code to type."""
    if kind == "max_uses":
        return DiscountFactory(code="ONCE", max_uses=1).code
    return generate_codes(discount=DiscountFactory(code="", codes_only=True), count=1)[0].code


@pytest.mark.parametrize("kind", ["max_uses", "generated"])
@pytest.mark.parametrize("ending", ["cancelled", "expired"])
def test_a_use_is_released_when_the_order_ends_unpaid(kind, ending):
    code = limited_by(kind)
    variant = ProductFactory(stock=9).variants.get()
    cart, other = cart_with(variant), cart_with(variant)
    add_coupon(cart=cart, code=code)
    order = place(cart)
    assert refused(other, code)[0] == "coupon_unknown"
    for _ in range(2):
        if ending == "cancelled":
            cancel_order(order=order, reason="changed my mind")
        else:
            expire_unpaid(now=order.expires_at + timedelta(seconds=1))
    assert Discount.objects.get().uses == 0
    assert not DiscountCode.objects.filter(uses=1).exists()
    add_coupon(cart=other, code=code)
    assert place(other).discount_total > 0


def test_codes_move_with_the_basket_at_sign_in():
    code = generate_codes(discount=DiscountFactory(code="", codes_only=True), count=1)[0].code
    guest, user = cart_with(), UserFactory()
    add_coupon(cart=guest, code=code)
    assert [coupon.typed for coupon in view_cart(merge_carts(guest=guest, customer=user)).coupons] == [code]


def test_why_a_code_takes_nothing_off():
    DiscountFactory(code="THREE", kind="buy_x_get_y", percent=100, buy_quantity=2, get_quantity=1)
    DiscountFactory(code="ALL", percent=100, priority=9)
    cart = cart_with()
    add_coupon(cart=cart, code="THREE")
    assert messages(cart) == ["The code THREE needs 3 pieces of what it is for."]
    DiscountFactory(code="TEN")
    for code in ("ALL", "TEN"):
        add_coupon(cart=cart, code=code)
    assert "The code TEN takes nothing more off: other discounts apply already." in messages(cart)


def test_one_customer_gets_one_use_by_account_and_by_address():
    campaign = DiscountFactory(code="", codes_only=True, max_uses_per_customer=1)
    first, second = generate_codes(discount=campaign, count=2)
    user = UserFactory()
    cart = cart_with(customer=user)
    add_coupon(cart=cart, code=first.code)
    assert place(cart).discount_total > 0
    again = cart_with(customer=user)
    again.email = "elsewhere@example.com"
    again.save()
    assert refused(again, second.code)[0] == "coupon_unknown"
    guest = cart_with()
    guest.email = user.email.upper()
    guest.save()
    assert refused(guest, second.code)[0] == "coupon_unknown"
