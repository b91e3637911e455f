"""Pieces kept through the API: the cart's own in every question, for a while, let go once."""

import json
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from catalog.models import Hold, StockItem, Variant
from catalog.services import inventory
from catalog.services.sweep import sweep
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from ecommerce.lib.errors import DomainError
from orders.models import CartLine, KeptGoods
from orders.services import cart as carts
from orders.services.cart_view import view_cart
from orders.services.checkout import place_order
from orders.services.holding import extend_hold, held_until, hold_cart
from orders.services.keeping import keep, let_go
from orders.tests.factories import cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

MINUTES = timedelta(minutes=20)


@pytest.fixture
def variant():
    return ProductFactory(name="Mug", stock=5, sku="MUG").variants.get()


@pytest.fixture
def cart():
    """An open cart with another thing in it."""
    return cart_with()


def held():
    return StockItem.objects.get(variant__sku="MUG").held


def headers_of(*, cart=None, user=None):
    headers = {"x-cart-token": cart.token} if cart else {}
    return headers | ({"authorization": f"Token {issue_token(user=user)}"} if user else {})


def put(client, variant, data, *, slash="", **who):
    path = f"/api/inventory/{variant.product_id}/hold{slash}"
    return client.put(path, json.dumps(data), content_type="application/json", headers=headers_of(**who))


def delete(client, variant, hold_id, *, slash="", **who):
    path = f"/api/inventory/{variant.product_id}/hold{slash}?hold_id={hold_id}"
    return client.delete(path, headers=headers_of(**who))


def seconds_left(answer):
    return (datetime.fromisoformat(answer.json()["expires_at"]) - timezone.now()).total_seconds()


def problem(answer):
    assert answer["content-type"].startswith("application/problem+json")
    return answer.status_code, answer.json()["code"]


# ---- What it means for the cart and for others


def test_kept_pieces_are_the_carts_own_and_ordering_uses_them_up(client, variant, cart):
    answer = put(client, variant, {"quantity": 4, "cart_id": cart.pk}, cart=cart)
    assert answer.status_code == 200 and set(answer.json()) == {"hold_id", "expires_at"}
    assert 1100 < seconds_left(answer) <= 1200
    assert client.get(f"/api/inventory/{variant.product_id}/availability").json()["available"] == 1
    with pytest.raises(DomainError) as refused:
        cart_with(variant, quantity=2)
    assert refused.value.data["available"] == 1
    # Their own shopper has all five, looks at them without a problem, and orders them.
    carts.add_line(cart=cart, sku="MUG", quantity=5)
    assert view_cart(cart).lines[1].available == 5 and not view_cart(cart).problems
    order = place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")
    assert held() == 5
    assert set(Hold.objects.filter(state="active").values_list("reference", flat=True)) == {
        order.stock_reference
    }
    gone = delete(client, variant, answer.json()["hold_id"], cart=cart)
    assert problem(gone) == (404, "unknown_cart")


def test_asking_again_changes_the_hold_and_letting_go_may_be_repeated(client, variant, cart):
    first = put(client, variant, {"quantity": 2}, cart=cart)
    more = put(client, variant, {"quantity": 5, "expires_in": 60, "sku": "MUG"}, cart=cart, slash="/")
    assert held() == 5 and 50 < seconds_left(more) <= 60
    less = put(client, variant, {"quantity": "1", "expires_in": 10**30}, cart=cart)
    assert held() == 1 and 1100 < seconds_left(less) <= 1200
    hold_id = first.json()["hold_id"]
    assert {more.json()["hold_id"], less.json()["hold_id"]} == {hold_id}
    inventory.reserve(quantities={variant.pk: 3}, reference="order:1")
    refused = put(client, variant, {"quantity": 3}, cart=cart)
    assert problem(refused) == (409, "out_of_stock") and refused.json()["available"] == 2
    assert held() == 4, "what was kept before stays"
    for slash in ("", "/"):
        gone = delete(client, variant, hold_id, cart=cart, slash=slash)
        assert (gone.status_code, gone.json()) == (200, {"message": "Hold released"})
        assert held() == 3
    assert put(client, variant, {"quantity": 2}, cart=cart).json()["hold_id"] == hold_id


def test_backorders_are_promised_only_as_far_as_the_variant_allows(client, variant, cart):
    Variant.objects.filter(pk=variant.pk).update(backorder_limit=1)
    refused = put(client, variant, {"quantity": 7}, cart=cart)
    assert problem(refused) == (409, "out_of_stock") and refused.json()["available"] == 6
    assert put(client, variant, {"quantity": 6}, cart=cart).status_code == 200
    assert held() == 5 and Variant.objects.get(pk=variant.pk).backordered == 1


# ---- Beside the checkout


def test_checkout_and_hold_keep_the_larger_number_and_never_the_sum(variant):
    now = timezone.now()
    cart = cart_with(variant, quantity=2)
    kept = keep(variant=variant, quantity=4, cart=cart, now=now)
    later = now + timedelta(minutes=10)
    assert hold_cart(cart=cart, now=later) == later + MINUTES
    assert held() == 4
    line = CartLine.objects.get()
    for quantity, pieces in ((5, 5), (1, 4), (0, 4)):
        carts.change_line(line=line, quantity=quantity)
        assert held() == pieces
    carts.add_line(cart=cart, sku="MUG", quantity=2)
    hold_cart(cart=cart, now=later)
    # Each ends in its own time: first what only the program asked for, then the checkout's.
    assert sweep(now=now + MINUTES)["expired_holds_released"] == 2
    assert (held(), held_until(cart, now=later)) == (2, later + MINUTES)
    let_go(kept=kept, now=later)
    assert held() == 2, "what the checkout keeps stays"
    assert sweep(now=later + MINUTES)["expired_holds_released"] == 2


def test_what_staff_keep_for_longer_outlasts_the_checkout(variant):
    now, staff = timezone.now(), StaffFactory()
    other = ProductFactory(stock=5, sku="POT").variants.get()
    cart = cart_with(variant, quantity=2)
    hold_cart(cart=cart, now=now)
    kept = keep(variant=variant, quantity=3, cart=cart, seconds=10**6, by=staff, now=now)
    assert kept.until == now + timedelta(days=1) and held() == 3
    # The shopper's program asking for the same does not shorten it.
    assert keep(variant=variant, quantity=3, cart=cart, now=now).until == kept.until
    # The rest of the basket is kept no longer than ever, and once longer on request.
    carts.add_line(cart=cart, sku="POT", quantity=1)
    assert extend_hold(cart=cart, now=now + timedelta(minutes=5)) <= now + timedelta(minutes=25)
    sweep(now=now + timedelta(hours=1))
    assert held() == 3 and StockItem.objects.get(variant=other).held == 0
    let_go(kept=kept, now=now + timedelta(hours=1))
    assert sweep(now=now + timedelta(hours=2))["expired_holds_released"] == 2
    assert held() == 0


def test_emptying_the_cart_ends_it_and_signing_in_takes_it_along(client, variant, cart):
    put(client, variant, {"quantity": 2}, cart=cart)
    carts.clear_cart(cart=cart)
    assert held() == 0 and not KeptGoods.objects.filter(ended_at=None).exists()
    customer = UserFactory()
    mine = cart_with(variant, customer=customer)
    hold_id = put(client, variant, {"quantity": 2}, cart=cart).json()["hold_id"]
    # The token and the sign-in together: the guest's cart becomes the customer's.
    gone = put(client, variant, {"quantity": 3, "cart_id": mine.pk}, cart=cart, user=customer)
    assert gone.status_code == 200 and gone.json()["hold_id"] == hold_id
    assert held() == 3
    assert set(Hold.objects.filter(state="active").values_list("reference", flat=True)) == {
        f"cart:{mine.pk}:kept"
    }
    assert delete(client, variant, hold_id, user=customer).status_code == 200
    assert held() == 0


def test_two_holds_of_one_thing_become_one_when_carts_are_merged(variant):
    now, customer = timezone.now(), UserFactory()
    guest, mine = cart_with(variant), cart_with(variant, customer=customer)
    keep(variant=variant, quantity=1, cart=guest, now=now)
    target = keep(variant=variant, quantity=2, cart=mine, now=now + timedelta(minutes=2))
    hold_cart(cart=guest, now=now)
    carts.merge_carts(guest=guest, customer=customer)
    target.refresh_from_db()
    assert (target.quantity, target.since, held()) == (3, now, 3)
    let_go(kept=target)
    assert held() == 2, "the two in the lines are the checkout's"


# ---- How long


def test_shoppers_keep_things_twice_as_long_as_the_checkout_at_most(variant, cart):
    start = timezone.now()
    ask = {"variant": variant, "quantity": 2, "cart": cart}
    ends = [keep(**ask, now=start + timedelta(minutes=n)).until - start for n in (0, 15, 19, 35)]
    assert ends == [MINUTES, timedelta(minutes=35), timedelta(minutes=39), 2 * MINUTES]
    # Letting go and asking anew is no way around it.
    let_go(kept=KeptGoods.objects.get(), now=start + timedelta(minutes=36))
    assert keep(**ask, now=start + timedelta(minutes=37)).until == start + 2 * MINUTES
    over = start + 2 * MINUTES
    with pytest.raises(DomainError) as refused:
        keep(**ask, now=over)
    assert refused.value.code == "hold_over"
    assert sweep(now=over)["expired_holds_released"] == 2
    assert sweep(now=over)["expired_holds_released"] == held() == 0
    assert keep(**ask, now=over).until == over + MINUTES


def test_pieces_that_staff_have_freed_are_not_taken_again(variant):
    cart = cart_with(variant)
    keep(variant=variant, quantity=4, cart=cart)
    inventory.release_hold(hold=Hold.objects.get())
    hold_cart(cart=cart)
    assert held() == 1


# ---- Who, and what is refused


def test_staff_keep_things_for_any_cart_or_for_nobody(client, variant, cart):
    staff = staff_with("catalog.change_hold")
    named = put(client, variant, {"quantity": 1, "cart_id": cart.pk}, user=staff)
    alone = put(client, variant, {"quantity": 2, "expires_in": 10**9}, user=staff, slash="/")
    another = put(client, variant, {"quantity": 1}, user=staff)
    assert [answer.status_code for answer in (named, alone, another)] == [200] * 3
    assert 86_300 < seconds_left(alone) <= 86_400
    assert len({answer.json()["hold_id"] for answer in (named, alone, another)}) == 3 and held() == 4
    assert KeptGoods.objects.filter(created_by=staff).count() == 3
    carts.add_line(cart=cart, sku="MUG", quantity=2)
    for _ in range(2):
        assert delete(client, variant, alone.json()["hold_id"], user=staff).status_code == 200
    assert held() == 2
    # Whose cart it is may let go what staff kept for it; nobody else lets go of anything.
    assert problem(delete(client, variant, another.json()["hold_id"], cart=cart)) == (404, "unknown_hold")
    assert delete(client, variant, named.json()["hold_id"], cart=cart).status_code == 200
    assert held() == 1
    for wrong in (10**6, 2**62):
        refused = put(client, variant, {"quantity": 1, "cart_id": wrong}, user=staff)
        assert problem(refused) == (404, "unknown_cart")


def test_nobody_keeps_things_for_another_cart_or_without_one(client, variant, cart):
    kept = put(client, variant, {"quantity": 1}, cart=cart).json()["hold_id"]
    stranger, shopper = cart_with(), UserFactory()
    for who in ({}, {"cart": stranger}, {"user": shopper}, {"user": staff_with("catalog.view_hold")}):
        refused = put(client, variant, {"quantity": 1, "cart_id": cart.pk}, **who)
        assert problem(refused) == (404, "unknown_cart"), who
        assert problem(delete(client, variant, kept, **who)) == (404, "unknown_hold"), who
    assert problem(put(client, variant, {"quantity": 1})) == (404, "unknown_cart")
    other = ProductFactory().variants.get()
    for product, hold_id in ((other, kept), (variant, "nothing"), (variant, "x" * 64)):
        assert problem(delete(client, product, hold_id, cart=cart)) == (404, "unknown_hold")
    assert held() == 1


def test_bad_input_says_what_is_wrong(client, variant, cart):
    for wrong, field in (
        ({}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1000}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"quantity": 1, "expires_in": 0}, "expires_in"),
        ({"quantity": 1, "expires_in": "soon"}, "expires_in"),
        ({"quantity": 1, "cart_id": "mine"}, "cart_id"),
    ):
        refused = put(client, variant, wrong, cart=cart)
        assert refused.status_code == 400 and field in refused.json()["errors"], wrong
    assert delete(client, variant, "", cart=cart).status_code == 400
    VariantFactory(product=variant.product, sku="MUG-BLUE")
    unnamed = put(client, variant, {"quantity": 1}, cart=cart)
    assert problem(unnamed) == (400, "variant_needed") and unnamed.json()["skus"] == ["MUG", "MUG-BLUE"]
    assert put(client, variant, {"quantity": 1, "sku": "MUG-BLUE"}, cart=cart).status_code == 200
    for data in ({"quantity": 1, "sku": "POT"}, {"quantity": 1, "sku": "MUG"}):
        if data["sku"] == "MUG":
            type(variant.product).objects.update(status="draft")
        assert problem(put(client, variant, data, cart=cart)) == (404, "unknown_product")
    assert held() == 0
