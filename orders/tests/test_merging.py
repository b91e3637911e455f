"""A guest's basket at sign-in: added to the customer's, capped in words, and nobody else's."""

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Hold
from catalog.tests.factories import ProductFactory
from customers.tests.factories import PASSWORD, UserFactory
from orders.models import Cart, CartLine
from orders.services.holding import hold_cart
from orders.tests.factories import cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD}, follow=True)


def add(client, product, quantity=1):
    client.post(reverse("orders:cart_add"), {"variant": product.variants.get().sku, "quantity": quantity})


def in_basket_of(user):
    lines = CartLine.objects.filter(cart__open_for=user.pk).select_related("variant")
    return {line.variant.product_id: line.quantity for line in lines}


def test_quantities_are_added_and_capped_in_words(client):
    ada = UserFactory()
    few, many = ProductFactory(name="Mug", stock=3), ProductFactory(name="Cup", stock=9)
    cart_with(few.variants.get(), customer=ada, quantity=2)
    cart_with(many.variants.get(), customer=ada, quantity=2)
    add(client, few, 2)
    add(client, many, 3)
    body = sign_in(client, ada).content.decode()
    assert in_basket_of(ada) == {few.pk: 3, many.pk: 5}
    assert "Sorry, only 3 of Mug left. Your two baskets had 4 together." in body
    assert "of Cup" not in body


def test_what_is_sold_out_meanwhile_is_said(client):
    ada, product = UserFactory(), ProductFactory(name="Mug", stock=1)
    add(client, product)
    held = cart_with(product.variants.get())
    hold_cart(cart=held)
    body = sign_in(client, ada).content.decode()
    assert "Sorry, Mug is sold out, so it did not come along into your basket." in body
    assert in_basket_of(ada) == {}


def test_what_was_kept_for_the_guest_comes_along(client):
    ada, product = UserFactory(), ProductFactory(stock=2)
    add(client, product, 2)
    guest = Cart.objects.get()
    hold_cart(cart=guest)
    body = sign_in(client, ada).content.decode()
    assert in_basket_of(ada) == {product.pk: 2} and "Sorry" not in body
    mine = Cart.objects.get(open_for=ada.pk)
    assert set(Hold.objects.filter(state="active").values_list("reference", flat=True)) == {f"cart:{mine.pk}"}


def test_a_planted_token_takes_nobodys_basket(client):
    ada, eve, product = UserFactory(), UserFactory(), ProductFactory(stock=5)
    theirs = cart_with(product.variants.get(), customer=ada)
    session = client.session
    session["cart"] = theirs.token
    session.save()
    assert product.name not in client.get("/cart/").content.decode()
    sign_in(client, eve)
    assert in_basket_of(ada) == {product.pk: 1} and in_basket_of(eve) == {}


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_api_gives_nobody_anothers_basket(client, signed_in):
    ada, product = UserFactory(), ProductFactory(stock=5)
    theirs = cart_with(product.variants.get(), customer=ada)
    caller = Client(headers={"X-Cart-Token": theirs.token})
    if signed_in:
        caller.force_login(UserFactory())
    assert product.name not in caller.get("/api/cart").content.decode()
    mine = ProductFactory(stock=5)
    caller.post("/api/cart", {"product_id": mine.pk, "quantity": 1}, "application/json")
    caller.delete("/api/cart")
    assert in_basket_of(ada) == {product.pk: 1}
    assert Cart.objects.get(pk=theirs.pk).customer == ada


def test_signing_in_again_adds_nothing_twice(client):
    ada, product = UserFactory(), ProductFactory(stock=9)
    add(client, product, 2)
    for _ in range(2):
        sign_in(client, ada)
        client.post(reverse("account_logout"))
    assert in_basket_of(ada) == {product.pk: 2}
