"""Lines changed before shipping: prices as agreed, discounts by their rules, stock and tax to the cent."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.models import Hold, StockItem, Variant
from catalog.services.inventory import OutOfStock
from catalog.tests.factories import ProductFactory
from ecommerce.lib.errors import BadInput, DomainError
from orders.models import Discount, DiscountUse, Order, ShippingRate, TaxRate
from orders.services.cart import add_coupon
from orders.services.editing import Edit, edit_order, preview_edit
from orders.services.fulfilment import ship_order
from orders.services.orders import WrongState
from orders.tests.factories import (
    DiscountFactory,
    OrderFactory,
    cart_with,
    paid_order,
    shipped_order,
    total_of,
)
from payments.services.orders import place_and_pay

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def variant(price="20.00", stock=10):
    return ProductFactory(stock=stock, price=Decimal(price)).variants.get()


def wish(order, *, new_delivery=False, reason="as agreed on the phone", **pieces):
    """An Edit by SKU: lines of the order by their pieces, everything else is added."""
    lines = {line.sku: line.pk for line in order.lines.all()}
    wanted = {sku.replace("_", "-"): count for sku, count in pieces.get("skus", {}).items()}
    return Edit(
        quantities={lines[sku]: count for sku, count in wanted.items() if sku in lines},
        additions={sku: count for sku, count in wanted.items() if sku not in lines},
        reason=reason,
        new_delivery=new_delivery,
    )


def change(order, skus, **more):
    order.refresh_from_db()
    edit = wish(order, skus=skus, **more)
    preview = preview_edit(order=order, edit=edit)
    return edit_order(order=order, edit=edit, revision=order.revision, confirmed_total=preview.quote.total)


def held(sold):
    return StockItem.objects.get(variant=sold).held


def consistent(order):
    """Everything that shows the money says the same."""
    order.refresh_from_db()
    lines, quoted = list(order.lines.all()), order.quoted
    assert order.total == order.subtotal + order.shipping_total - order.discount_total == quoted.total
    assert order.subtotal == sum(line.subtotal for line in lines)
    assert [line.total for line in lines] == [line.total for line in quoted.lines]
    active = Hold.objects.filter(reference=order.stock_reference, state=Hold.State.ACTIVE)
    left = {line.variant_id: line.quantity - line.quantity_shipped for line in lines}
    found = {}
    for hold in active.select_related("item"):
        found[hold.item.variant_id] = found.get(hold.item.variant_id, 0) + hold.quantity
    assert found == {pk: count for pk, count in left.items() if count}
    return True


def test_what_is_there_keeps_its_price_and_what_is_added_costs_todays():
    old, new = variant(), variant("7.00")
    order = paid_order(old)
    Variant.objects.filter(pk=old.pk).update(price=Decimal("99.00"))
    order = change(order, {old.sku: 2, new.sku: 3})
    assert order.subtotal == 2 * 20 + 3 * 7 and consistent(order)
    assert (held(old), held(new), order.revision) == (2, 3, 1)
    assert "as agreed on the phone" in order.quoted.trace[-1].text


def test_a_line_is_taken_out_and_its_stock_freed():
    one, two = variant(), variant()
    order = change(paid_order(one, two), {one.sku: 0})
    assert [line.sku for line in order.lines.all()] == [two.sku]
    assert (held(one), held(two)) == (0, 1) and consistent(order)


def test_the_last_line_is_not_taken_out():
    order = paid_order()
    with pytest.raises(BadInput, match="Cancel the order instead"):
        change(order, {order.lines.get().sku: 0})


@pytest.mark.parametrize(
    ("skus", "words"),
    [({}, "Nothing would change"), ({"one": 1000}, "from 0 to 999"), ({"one": -1}, "from 0 to 999")],
)
def test_nonsense_is_refused_in_words(skus, words):
    order = paid_order()
    with pytest.raises(BadInput, match=words):
        change(order, {order.lines.get().sku: count for count in skus.values()})
    with pytest.raises(BadInput, match="Say why"):
        change(order, {order.lines.get().sku: 2}, reason=" ")
    with pytest.raises(BadInput, match="not part of the order"):
        edit = Edit(quantities={0: 1}, additions={}, reason="x")
        preview_edit(order=order, edit=edit)
    with pytest.raises(BadInput, match="change its pieces above"):
        edit = Edit(quantities={}, additions={order.lines.get().sku: 1}, reason="x")
        preview_edit(order=order, edit=edit)


def test_what_has_left_cannot_be_taken_away():
    order = paid_order(quantity=3)
    line = order.lines.get()
    ship_order(order=order, carrier="DHL", quantities={line.pk: 2})
    with pytest.raises(BadInput, match="2 of .* have left already"):
        change(order, {line.sku: 1})
    order = change(order, {line.sku: 2})
    assert consistent(order) and held(line.variant) == 0
    with pytest.raises(WrongState):
        change(shipped_order(), {})


def test_when_too_few_are_left_nothing_is_changed():
    one, few = variant(), variant(stock=1)
    order = paid_order(one, quantity=3)
    before = (order.total, held(one), held(few))
    with pytest.raises(OutOfStock):
        change(order, {one.sku: 1, few.sku: 2})
    order.refresh_from_db()
    assert (order.total, held(one), held(few), order.revision) == (*before, 0)
    assert consistent(order) and not order.events.filter(kind="edited").exists()


def discounted(quantity, **discount):
    sold = variant()
    cart = cart_with(sold, quantity=quantity)
    add_coupon(cart=cart, code=DiscountFactory(code="TEN", **discount).code)
    order, _ = place_and_pay(cart=cart, confirmed_total=total_of(cart), payment_method="bank_transfer")
    return order, sold


def test_a_discount_applies_again_although_it_is_over_and_used_up():
    order, sold = discounted(2, max_uses=1)
    Discount.objects.update(active_until=timezone.now() - timedelta(days=1))
    order = change(order, {sold.sku: 4})
    assert order.discount_total == 8 and consistent(order)
    assert DiscountUse.objects.get().amount == 8 and Discount.objects.get().uses == 1


def test_a_discount_whose_minimum_is_no_longer_met_falls_away_and_comes_back():
    order, sold = discounted(3, minimum_spend=Decimal("50.00"))
    order = change(order, {sold.sku: 2})
    assert order.discount_total == 0 and DiscountUse.objects.get().amount == 0
    order = change(order, {sold.sku: 3})
    assert order.discount_total == 6 and consistent(order)


def test_a_discount_of_today_does_not_apply():
    order = paid_order()
    DiscountFactory(code="", percent=50)
    assert change(order, {order.lines.get().sku: 2}).discount_total == 0


def test_delivery_costs_what_it_did_unless_it_is_worked_out_anew():
    order = paid_order()
    ShippingRate.objects.update(price=Decimal("5.50"), free_from=Decimal("100"))
    sku = order.lines.get().sku
    assert change(order, {sku: 2}).shipping_total == Decimal("3.90")
    assert change(order, {sku: 3}, new_delivery=True).shipping_total == Decimal("5.50")
    assert change(order, {sku: 6}, new_delivery=True).shipping_total == 0


def test_taxes_are_those_of_the_day_of_the_order():
    order = paid_order()
    TaxRate.objects.filter(tax_class="standard").update(valid_until=timezone.localdate() + timedelta(days=1))
    TaxRate.objects.create(
        country="DE",
        tax_class="standard",
        rate=25,
        valid_from=timezone.localdate() - timedelta(days=1),
    )
    Order.objects.filter(pk=order.pk).update(placed_at=timezone.now() - timedelta(days=30))
    order = change(order, {order.lines.get().sku: 2})
    assert {share.rate for share in order.quoted.taxes} == {19} and consistent(order)


def test_whoever_comes_second_is_told(django_user_model):
    order = paid_order(quantity=3)
    line = order.lines.get()
    change(order, {line.sku: 2})
    with pytest.raises(DomainError) as late:
        edit_order(
            order=order,
            edit=Edit(quantities={line.pk: 1}, additions={}, reason="x"),
            revision=0,
            confirmed_total=Decimal(0),
        )
    assert late.value.code == "order_changed"


def test_a_total_that_is_not_the_one_that_was_shown_is_refused():
    order, new = paid_order(), variant("7.00")
    edit = wish(order, skus={new.sku: 1})
    shown = preview_edit(order=order, edit=edit).quote.total
    Variant.objects.filter(pk=new.pk).update(price=Decimal("8.00"))
    with pytest.raises(DomainError) as refused:
        edit_order(order=order, edit=edit, revision=0, confirmed_total=shown)
    assert refused.value.code == "total_changed" and order.lines.count() == 1


def test_the_history_has_before_and_after():
    order = OrderFactory(quantity=2)
    sku = order.lines.get().sku
    event = change(order, {sku: 1}).events.get(kind="edited")
    assert event.is_public and "as agreed on the phone" in event.message
    assert [event.data[when][0]["quantity"] for when in ("before", "after")] == [2, 1]
