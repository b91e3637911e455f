"""What a discount would have done to orders that are placed already: right, and changing nothing."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import StoreSettings
from catalog.tests.factories import CategoryFactory, ProductFactory
from customers.tests.factories import UserFactory
from orders.models import Discount, Order
from orders.services.cart import add_coupon
from orders.services.checkout import place_order
from orders.services.discount_preview import Wanted, preview_discount, saved
from orders.services.orders import cancel_order
from orders.tests.factories import DiscountFactory, OrderFactory, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def variant(price="20.00", **fields):
    return ProductFactory(price=price, stock=50, **fields).variants.get()


def preview(**terms):
    targets = {name: terms.pop(name) for name in list(terms) if name.endswith("_ids")}
    discount = Discount(**{"name": "Idea", "percent": Decimal(10), **terms})
    return preview_discount(wanted=Wanted(discount=discount, **targets))


def test_ten_per_cent_of_every_order():
    first, second = OrderFactory(variant("20.00"), quantity=2), OrderFactory(variant("33.33"))
    found = preview()
    assert [(row.order, row.off, row.after) for row in found.changed] == [
        (second, Decimal("3.33"), Decimal("33.90")),  # 33.33 + 3.90 - 3.33
        (first, Decimal("4.00"), Decimal("39.90")),
    ]
    assert (found.count, found.turnover, found.given) == (2, Decimal("81.13"), Decimal("7.33"))
    assert round(found.share, 2) == Decimal("9.03")
    assert not any(row.had_it for row in found.changed)


def test_nothing_is_written():
    OrderFactory()
    before = list(Order.objects.values_list("total", "modified_at", "quote"))
    preview()
    assert not Discount.all_objects.exists()
    assert list(Order.objects.values_list("total", "modified_at", "quote")) == before


def test_cancelled_orders_and_those_below_the_minimum_are_left_out():
    cancel_order(order=OrderFactory(), reason="changed my mind")
    small = OrderFactory(variant("10.00"))
    found = preview(minimum_spend=Decimal(15))
    assert (found.count, found.turnover, found.changed) == (1, small.total, [])
    assert found.share == 0


def test_it_is_added_to_the_discounts_of_then_with_their_terms_of_then():
    old = DiscountFactory(code="", percent=50)
    order = OrderFactory(variant("20.00"))
    assert order.total == Decimal("13.90")
    Discount.objects.filter(pk=old.pk).update(percent=1, minimum_spend=900, is_deleted=True)
    row = preview().changed[0]
    assert (row.off, row.after) == (Decimal("1.00"), Decimal("12.90"))


def test_an_exclusive_one_replaces_the_others_if_it_saves_more():
    DiscountFactory(code="", percent=10)
    OrderFactory(variant("20.00"))
    row = preview(percent=Decimal(25), exclusive=True).changed[0]
    # It takes 5.00, and the 2.00 of then fall away.
    assert (row.off, row.given) == (Decimal("5.00"), Decimal("3.00"))
    assert preview(percent=Decimal(5), exclusive=True).changed == []


def test_a_discount_that_had_applied_already_changes_nothing_more():
    running = DiscountFactory(code="", percent=10)
    order = OrderFactory(variant("20.00"))
    row = preview_discount(wanted=saved(running)).changed[0]
    assert (row.had_it, row.off, row.given, row.after) == (True, Decimal("2.00"), 0, order.total)
    running.percent = Decimal(15)
    row = preview_discount(wanted=saved(running)).changed[0]
    assert (row.off, row.given) == (Decimal("3.00"), Decimal("1.00"))


def test_goods_stores_and_customers_are_honoured():
    top = CategoryFactory()
    below = CategoryFactory(parent=top)
    plant, other = variant(category=below), variant()
    friend = UserFactory()
    mine = OrderFactory(plant, other, customer=friend)
    OrderFactory(other)

    def touched(**ids):
        found = preview(**ids)
        return [(row.order, row.off) for row in found.changed], found.product_count

    half = (mine, Decimal("2.00"))
    assert touched(category_ids=frozenset({top.pk})) == ([half], 1)
    assert touched(product_ids=frozenset({plant.product_id})) == ([half], 1)
    assert touched(store_ids=frozenset({plant.product.store_id})) == ([half], 1)
    assert touched(customer_ids=frozenset({friend.pk})) == ([(mine, Decimal("4.00"))], 2)


def test_only_first_orders_are_touched_when_it_is_for_those():
    thing = variant()
    first = OrderFactory(thing)
    again = OrderFactory(thing)
    Order.objects.filter(pk=again.pk).update(email="Nora+again@example.com")
    member = OrderFactory(thing, customer=UserFactory())
    later = OrderFactory(thing, customer=member.customer)
    Order.objects.filter(pk=later.pk).update(email="elsewhere@example.com")
    assert [row.order for row in preview(first_order_only=True).changed] == [member, first]


def test_dates_uses_and_codes_are_not_asked_for():
    OrderFactory()
    now = timezone.now()
    found = preview(code="SOON", active_from=now, active_until=now, max_uses=0, staff_only=True)
    assert len(found.changed) == 1


def test_buy_two_get_one_and_free_delivery():
    OrderFactory(variant("20.00"), quantity=3)
    terms = {"kind": "buy_x_get_y", "percent": Decimal(100), "buy_quantity": 2, "get_quantity": 1}
    assert preview(**terms).changed[0].off == Decimal("20.00")
    assert preview(kind="free_shipping", percent=0).changed[0].off == Decimal("3.90")


def test_tax_on_top_falls_with_the_goods():
    settings = StoreSettings.current()
    settings.prices_include_tax = False
    settings.save()
    order = OrderFactory(variant("20.00"))
    assert order.total == Decimal("28.44")  # 20.00 + 3.80 + 3.90 + 0.74
    row = preview().changed[0]
    assert (row.off, row.given, row.after) == (Decimal("2.00"), Decimal("2.38"), Decimal("26.06"))


def test_it_says_what_the_shop_itself_then_charges():
    """The preview of a discount agrees with the order the same basket becomes under it."""
    goods = [variant("33.33"), variant("7.77")]
    OrderFactory(*goods, quantity=3)
    terms = {
        "kind": "buy_x_get_y", "percent": Decimal(50), "buy_quantity": 1, "get_quantity": 1,
        "cap": Decimal(21),
    }  # fmt: skip
    said = preview(**terms).changed[0].after
    DiscountFactory(code="NOW", **terms)
    cart = cart_with(*goods, quantity=3)
    add_coupon(cart=cart, code="NOW")
    assert place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer").total == said


def test_queries_do_not_grow_with_the_orders():
    DiscountFactory(code="")
    counts = []
    for _ in range(2):
        OrderFactory(variant(), variant())
        OrderFactory(variant())
        preview(first_order_only=True)  # fills the cache
        with CaptureQueriesContext(connection) as queries:
            preview(first_order_only=True)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
