"""Codes and limits under real parallelism, each with its control: without the guard the rule breaks."""

import pytest

from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import DomainError
from orders.models import CartCoupon, Discount, DiscountCode, DiscountUse, Order
from orders.services import discount_uses
from orders.services.cart import add_coupon, view_cart
from orders.services.checkout import place_order
from orders.services.discount_codes import generate_codes
from orders.tests.factories import DiscountFactory, cart_with
from orders.tests.test_races import place, race

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "documents"])
SHOPPERS = 50


def carts_with_code(code, count):
    variant = ProductFactory(stock=count).variants.get()
    carts = [cart_with(variant) for _ in range(count)]
    for number, cart in enumerate(carts):
        cart.email = f"shopper{number}@example.com"
        cart.save()
        add_coupon(cart=cart, code=code)
    return carts


def limited_by(kind):
    if kind == "max_uses":
        return DiscountFactory(code="ONCE", max_uses=1).code
    return generate_codes(discount=DiscountFactory(code="", codes_only=True), count=1)[0].code


@pytest.mark.parametrize("kind", ["max_uses", "generated"])
def test_a_code_raced_by_fifty_shoppers_is_used_once(kind):
    carts = carts_with_code(limited_by(kind), SHOPPERS)
    results = race(*[place(cart) for cart in carts])
    assert Order.objects.filter(discount_total__gt=0).count() == 1
    assert DiscountUse.objects.filter(released_at=None).count() == 1
    assert Discount.objects.get().uses == 1
    assert list(DiscountCode.objects.values_list("uses", flat=True)) in ([], [1])
    refusals = [result for result in results if isinstance(result, DomainError)]
    assert {error.code for error in refusals} <= {"coupon_used_up", "busy"}
    # Whoever came later saw the price without the code; everybody else was told.
    assert len(refusals) + Order.objects.count() == SHOPPERS


@pytest.mark.parametrize("kind", ["max_uses", "generated"])
def test_control_without_the_guard_a_code_is_used_by_everybody(kind, monkeypatch):
    """Deciding on the uses that were read before the race."""
    carts = carts_with_code(limited_by(kind), 4)
    monkeypatch.setattr("orders.services.eligibility.is_usable", lambda row, now: True)
    monkeypatch.setattr(discount_uses, "_free", lambda found: Discount.objects.filter(pk=found.id))
    monkeypatch.setattr(discount_uses, "_unused", lambda discount, key: discount.codes.filter(code_key=key))
    race(*[place(cart) for cart in carts])
    assert Order.objects.filter(discount_total__gt=0).count() == 4


def test_one_account_with_two_addresses_uses_a_code_once():
    DiscountFactory(code="EACH", max_uses_per_customer=1)
    variant, user = ProductFactory(stock=9).variants.get(), UserFactory()
    carts = [cart_with(variant) for _ in range(3)]
    for number, cart in enumerate(carts):
        cart.email = f"address{number}@example.com"
        cart.customer = user
        cart.save()
        add_coupon(cart=cart, code="EACH")
    race(
        *[
            lambda cart=cart: place_order(
                cart=cart, customer=user, confirmed_total=None, payment_method="bank_transfer"
            )
            for cart in carts
        ]
    )
    assert Order.objects.filter(discount_total__gt=0).count() == 1


def test_two_first_orders_at_once_only_one_is_the_first():
    DiscountFactory(code="", name="Hello", first_order_only=True)
    variant = ProductFactory(stock=9).variants.get()
    carts = [cart_with(variant) for _ in range(4)]
    spellings = ["nora@example.com", "Nora@example.com", "nora+1@example.com", "NORA@EXAMPLE.COM"]
    for cart, email in zip(carts, spellings, strict=True):
        cart.email = email
        cart.save()
    results = race(*[place(cart) for cart in carts])
    assert Order.objects.filter(discount_total__gt=0).count() == 1
    assert {error.code for error in results if isinstance(error, DomainError)} <= {"coupon_first_order"}


def test_control_without_looking_again_every_order_is_a_first_one(monkeypatch):
    DiscountFactory(code="", first_order_only=True)
    variant = ProductFactory(stock=9).variants.get()
    carts = [cart_with(variant) for _ in range(3)]
    monkeypatch.setattr("orders.services.eligibility.is_usable", lambda row, now: True)
    monkeypatch.setattr(discount_uses, "_require_own_rights", lambda *given: None)
    race(*[place(cart) for cart in carts])
    assert Order.objects.filter(discount_total__gt=0).count() == 3


def test_the_same_code_typed_at_once_is_in_the_basket_once():
    DiscountFactory(code="TEN")
    cart = cart_with()
    results = race(*[lambda: add_coupon(cart=cart, code="TEN")] * 3)
    assert {coupon.pk for coupon in results} == {CartCoupon.objects.get().pk}
    quote = view_cart(cart).quote
    assert len(quote.discounts) == 1 and quote.discount_total == 2
