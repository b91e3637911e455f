"""Goods kept for a shopper in the checkout: how long, made longer once, never in their own way."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Hold, StockItem, StoreSettings, Variant
from catalog.services import inventory
from catalog.services.sweep import sweep
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
from ecommerce.lib.errors import DomainError
from orders.models import Cart, CartLine, Order
from orders.services import cart as carts
from orders.services.cart_view import view_cart
from orders.services.checkout import place_order
from orders.services.holding import drop_hold, extend_hold, held_until, hold_cart
from orders.tests.factories import ADDRESS, cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

MINUTES = timedelta(minutes=20)


@pytest.fixture
def variant():
    return ProductFactory(name="Mug", stock=3, sku="MUG").variants.get()


def held():
    return StockItem.objects.get().held


def place(cart):
    return place_order(cart=cart, confirmed_total=None, payment_method="bank_transfer")


def test_a_hold_keeps_the_goods_from_others_and_its_first_end(variant):
    now = timezone.now()
    cart = cart_with(variant, quantity=2)
    assert hold_cart(cart=cart, now=now) == now + MINUTES
    assert hold_cart(cart=cart, now=now + timedelta(minutes=5)) == now + MINUTES
    assert (held(), Hold.objects.count()) == (2, 1)
    with pytest.raises(DomainError) as refused:
        cart_with(variant, quantity=2)
    assert refused.value.code == "out_of_stock" and "only 1 of Mug left" in refused.value.message


def test_a_cart_that_cannot_be_held_says_why_and_holds_nothing(variant):
    cart = cart_with(variant, quantity=3)
    inventory.reserve(quantities={variant.pk: 2}, reference="order:1")
    with pytest.raises(DomainError) as refused:
        hold_cart(cart=cart)
    assert refused.value.message == "Sorry, only 1 of Mug left."
    assert held() == 2 and held_until(cart) is None


def test_the_own_hold_never_blocks_its_shopper(variant):
    cart = cart_with(variant, quantity=3)
    hold_cart(cart=cart)
    view = view_cart(cart)
    assert not view.problems and view.lines[0].available == 3 and view.held_until
    line = CartLine.objects.get()
    carts.change_line(line=line, quantity=2)
    carts.add_line(cart=cart, sku="MUG", quantity=1)
    assert held() == 3
    assert place(cart).lines.get().quantity == 3
    assert held() == 3 and inventory.available([variant.pk])[variant.pk] == 0


def test_changing_the_cart_changes_what_is_held(variant):
    other = ProductFactory(stock=5).variants.get()
    cart = cart_with(variant, other, quantity=1)
    hold_cart(cart=cart)
    line = CartLine.objects.get(variant=variant)
    carts.change_line(line=line, quantity=3)
    assert inventory.available([variant.pk, other.pk]) == {variant.pk: 0, other.pk: 4}
    carts.remove_line(line=line)
    assert inventory.available([variant.pk, other.pk]) == {variant.pk: 3, other.pk: 4}
    carts.clear_cart(cart=cart)
    assert not Hold.objects.filter(state="active").exists()
    carts.add_line(cart=cart, sku="MUG", quantity=1)
    assert not Hold.objects.filter(state="active").exists(), "nothing is held before the checkout"


def test_the_time_is_made_longer_once(variant):
    now = timezone.now()
    cart = cart_with(variant)
    with pytest.raises(DomainError) as nothing:
        extend_hold(cart=cart, now=now)
    assert nothing.value.code == "hold_over"
    hold_cart(cart=cart, now=now)
    later = now + timedelta(minutes=18)
    assert extend_hold(cart=cart, now=later) == later + MINUTES
    # Another quantity is no way around it.
    carts.change_line(line=CartLine.objects.get(), quantity=2)
    with pytest.raises(DomainError) as refused:
        extend_hold(cart=cart, now=later)
    assert refused.value.code == "hold_extended" and "once" in refused.value.message
    assert held_until(cart, now=later) == later + MINUTES


def test_an_end_frees_the_goods_once_and_the_shopper_may_still_buy_what_is_left(variant):
    now = timezone.now()
    cart = cart_with(variant, quantity=2)
    hold_cart(cart=cart, now=now)
    over = now + MINUTES
    assert sweep(now=over - timedelta(seconds=1))["expired_holds_released"] == 0
    # Over, and not swept yet: still nobody else's.
    assert inventory.available([variant.pk])[variant.pk] == 1
    assert sweep(now=over)["expired_holds_released"] == 2
    assert sweep(now=over)["expired_holds_released"] == 0
    assert held() == 0 and view_cart(cart).held_until is None
    place(cart)
    assert held() == 2


def test_after_the_end_a_hold_starts_anew_with_what_is_left(variant):
    now = timezone.now()
    cart = cart_with(variant, quantity=2)
    hold_cart(cart=cart, now=now)
    extend_hold(cart=cart, now=now)
    much_later = now + timedelta(hours=1)
    assert hold_cart(cart=cart, now=much_later) == much_later + MINUTES
    assert held() == 2 and extend_hold(cart=cart, now=much_later)


def test_the_shop_says_how_long(variant):
    StoreSettings.objects.update_or_create(pk=1, defaults={"hold_minutes": 5})
    now = timezone.now()
    assert hold_cart(cart=cart_with(variant), now=now) == now + timedelta(minutes=5)


def test_an_order_takes_over_what_its_cart_held(variant):
    cart = cart_with(variant, quantity=3)
    hold_cart(cart=cart)
    order = place(cart)
    active = Hold.objects.get(state="active")
    assert (active.reference, active.quantity, active.expires_at) == (order.stock_reference, 3, None)
    drop_hold(cart=cart)
    assert held() == 3


def test_a_guests_hold_goes_over_at_sign_in(variant):
    now = timezone.now()
    customer = UserFactory()
    mine = cart_with(variant, customer=customer)
    hold_cart(cart=mine, now=now + timedelta(minutes=3))
    guest = cart_with(variant, quantity=2)
    hold_cart(cart=guest, now=now)
    merged = carts.merge_carts(guest=guest, customer=customer)
    assert merged.lines.get().quantity == 3, "both holds count as free to their shopper"
    active = Hold.objects.get(state="active")
    assert (active.reference, active.quantity) == (f"cart:{merged.pk}", 3)
    assert active.expires_at == now + MINUTES and held() == 3


# ---- Pages


@pytest.fixture
def shopper(client, variant):
    cart = cart_with(variant, quantity=2, answered=False)
    session = client.session
    session["cart"] = cart.token
    session.save()
    return client


def contact(client):
    return client.post(reverse("orders:checkout_contact"), {"email": "kim@example.com"})


def test_a_get_holds_nothing_and_an_answer_does(shopper):
    shopper.get(reverse("orders:checkout_contact"))
    shopper.get(reverse("orders:cart"))
    assert held() == 0
    assert contact(shopper)["Location"] == reverse("orders:checkout_address")
    assert held() == 2


@pytest.mark.parametrize("page", ["orders:cart", "orders:checkout_address"])
def test_pages_say_until_when_and_offer_to_keep_things_longer_once(shopper, page):
    contact(shopper)
    cart = Cart.objects.get()
    text = shopper.get(reverse(page)).content.decode()
    local = timezone.localtime(held_until(cart))
    assert "We keep your things until" in text and f">{local:%H:%M}</time>" in text
    assert "data-left=" in text and "Keep them longer" in text
    back = page.partition("checkout_")[2]
    answer = shopper.post(reverse("orders:cart_hold"), {"back": back}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse(page)
    text = answer.content.decode()
    assert "Keep them longer</button>" not in text and "that works once" in text
    again = shopper.post(reverse("orders:cart_hold"), {"back": "//evil.example"}, follow=True)
    assert again.redirect_chain[-1][0] == reverse("orders:cart")
    assert "that is as long as we can" in again.content.decode()


def test_review_shows_it_too(shopper):
    contact(shopper)
    carts_answers = {"shipping_address": ADDRESS.to_dict(), "shipping_method": "standard"}
    Cart.objects.update(**carts_answers)
    assert "We keep your things until" in shopper.get(reverse("orders:checkout_review")).content.decode()


def test_a_cart_that_cannot_be_kept_leads_back_to_the_basket_with_the_words(shopper, variant):
    inventory.reserve(quantities={variant.pk: 2}, reference="order:1")
    answer = shopper.post(reverse("orders:checkout_contact"), {"email": "kim@example.com"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("orders:cart")
    assert "only 1 of Mug left" in answer.content.decode() and held() == 2


def test_a_stranger_cannot_extend_what_is_not_theirs(client, variant):
    hold_cart(cart=cart_with(variant))
    assert client.post(reverse("orders:cart_hold")).status_code == 404
    assert client.get(reverse("orders:cart_hold")).status_code == 405
    assert not Hold.objects.filter(extended=True).exists()


# ---- Programs


def test_programs_hold_and_extend(variant):
    cart = cart_with(variant)
    api = APIClient(headers={"X-Cart-Token": cart.token})
    assert api.get("/api/cart").data["held_until"] is None
    first = api.post("/api/cart/hold", {})
    assert first.status_code == 200 and first.data["held_until"] and not first.data["hold_extended"]
    assert api.post("/api/cart/hold", {}).data["held_until"] == first.data["held_until"]
    assert api.post("/api/cart/hold", {"extend": True}).data["hold_extended"]
    again = api.post("/api/cart/hold", {"extend": True})
    assert (again.status_code, again.data["code"]) == (409, "hold_extended")
    assert APIClient().post("/api/cart/hold", {}).status_code == 404
    assert APIClient(headers={"X-Cart-Token": "no"}).post("/api/cart/hold", {}).status_code == 404


def test_pieces_on_backorder_are_held_and_promised_later(variant):
    Variant.objects.update(backorder_limit=2, backorder_days=8)
    cart = cart_with(variant, quantity=5)
    hold_cart(cart=cart)
    variant.refresh_from_db()
    assert (held(), variant.backordered) == (3, 2)
    view = view_cart(cart)
    assert (view.lines[0].backordered, view.extra_days, view.problems) == (2, 8, [])
    order = place(cart)
    variant.refresh_from_db()
    assert (held(), variant.backordered) == (3, 2)
    direct = place(cart_with(ProductFactory().variants.get()))
    assert order.promised_from > direct.promised_from
    assert Order.objects.count() == 2
