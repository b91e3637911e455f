"""Saved things: by a guest and a customer, from heart to basket, shared and not."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product, Variant
from catalog.services import inventory, products
from catalog.tests.factories import ProductFactory, VariantFactory
from customers.models import User, Wishlist, WishlistItem
from customers.services import wishlists
from customers.services.sweep import sweep
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory
from orders.models import Cart, CartLine
from orders.tests.factories import cart_with

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
PAGE, CHANGE = "/wishlist/", "/wishlist/change/"


def save(client, product, **more):
    return client.post(CHANGE, {"save": product.pk, **more})


def take_out(client, product, **more):
    return client.post(CHANGE, {"remove": product.pk, **more})


def sign_in(client, user):
    return client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def saved_by(user):
    return set(WishlistItem.objects.filter(wishlist__customer=user).values_list("product_id", flat=True))


def pressed(client, url, product):
    """Whether the first heart of this product on a page is filled."""
    body = client.get(url).content.decode()
    found = re.search(rf'name="(save|remove)" value="{product.pk}" aria-pressed="(true|false)"', body)
    assert found, body
    assert (found[1] == "remove") == (found[2] == "true")
    return found[2] == "true"


def sold_out(product):
    inventory.set_on_hand(variant=product.variants.get(), on_hand=0, reason="Test")
    products.refresh_listing(product.pk)


# --- A guest -----------------------------------------------------------------------------------


def test_looking_opens_neither_list_nor_session(client):
    product = ProductFactory()
    for url in ("/", PAGE, product.get_absolute_url()):
        assert client.get(url).status_code == 200
    take_out(client, product)
    assert not Session.objects.exists() and not Wishlist.objects.exists()


def test_a_guest_saves_and_takes_out_again(client):
    product = ProductFactory(name="Mug")
    url = product.get_absolute_url()
    assert not pressed(client, url, product)
    answer = save(client, product, next=url)
    assert answer.status_code == 302 and answer.url == f"{url}#heart-{product.pk}"
    assert "Mug is saved for later." in client.get(PAGE).content.decode()
    assert pressed(client, url, product) and pressed(client, "/", product)
    save(client, product)
    assert WishlistItem.objects.count() == 1
    take_out(client, product)
    take_out(client, product)
    assert not pressed(client, url, product)
    assert Wishlist.objects.count() == 1 and not WishlistItem.objects.exists()


def test_the_heart_names_its_product_and_has_one_form(client):
    product = ProductFactory(name="Tea & <b>cake</b>")
    body = client.get("/").content.decode()
    assert 'aria-label="Save Tea &amp; &lt;b&gt;cake&lt;/b&gt;"' in body
    assert body.count('id="hearts"') == 1
    # On the front page it is on the shelf and among what is new.
    assert body.count(f'id="heart-{product.pk}"') == 1 < body.count(f'value="{product.pk}"')
    assert 'id="hearts"' not in client.get("/cart/").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_it_leads_back_to_this_shop_only(client, target):
    assert save(client, ProductFactory(), next=target).url == PAGE


@pytest.mark.parametrize("sent", ["", "x", "-1", "1" * 30, "²"])
def test_what_names_no_product_is_404(client, sent):
    for name in ("save", "remove"):
        assert client.post(CHANGE, {name: sent}).status_code == 404
    assert client.post(CHANGE).status_code == 404


def test_it_needs_a_post_with_a_token(client):
    for path in ("change/", "share/", "share/stop/", "viewed/clear/"):
        assert client.get(PAGE + path).status_code == 405
        assert Client(enforce_csrf_checks=True).post(PAGE + path).status_code == 403


def test_what_is_not_on_the_shelf_cannot_be_saved(client):
    draft = ProductFactory(status=Product.Status.DRAFT)
    save(client, draft)
    assert "We do not sell this any more." in client.get(PAGE).content.decode()
    assert not Wishlist.objects.exists()


def test_a_full_list_says_so(client, monkeypatch):
    monkeypatch.setattr(wishlists, "MAX_ITEMS", 2)
    first, second, third = ProductFactory(), ProductFactory(), ProductFactory()
    for product in (first, second, third, first):
        save(client, product)
    assert "Your list has 2 things, and more do not fit." in client.get(PAGE).content.decode()
    assert WishlistItem.objects.count() == 2


# --- Sign-in -----------------------------------------------------------------------------------


def test_sign_in_brings_both_lists_together(client):
    ada, both, mine, theirs = UserFactory(), ProductFactory(), ProductFactory(), ProductFactory()
    other_device = Client()
    other_device.force_login(ada)
    for product in (both, mine):
        save(other_device, product)
    for product in (both, theirs):
        save(client, product)
    sign_in(client, ada)
    assert saved_by(ada) == {both.pk, mine.pk, theirs.pk}
    assert Wishlist.objects.count() == 1
    assert set(User.objects.get(pk=ada.pk).saved_products) == saved_by(ada)
    for device in (client, other_device):
        assert pressed(device, theirs.get_absolute_url(), theirs)


def test_the_union_may_be_larger_than_the_limit(client, monkeypatch):
    monkeypatch.setattr(wishlists, "MAX_ITEMS", 2)
    ada, goods = UserFactory(), [ProductFactory() for _ in range(4)]
    wishlist = None
    for product in goods[:2]:
        wishlist, _ = wishlists.save_product(wishlist=wishlist, customer=ada, product_id=product.pk)
    for product in goods[2:]:
        save(client, product)
    sign_in(client, ada)
    assert len(saved_by(ada)) == 4


def test_a_planted_token_takes_nobodys_list(client):
    ada, eve, product = UserFactory(), UserFactory(), ProductFactory()
    wishlist, _ = wishlists.save_product(wishlist=None, customer=ada, product_id=product.pk)
    session = client.session
    session["wishlist"] = wishlist.token
    session.save()
    assert "Nothing saved yet" in client.get(PAGE).content.decode()
    take_out(client, product)
    sign_in(client, eve)
    assert saved_by(ada) == {product.pk} and saved_by(eve) == set()
    assert wishlists.merge_wishlists(guest=wishlist, customer=eve).customer == eve
    assert saved_by(ada) == {product.pk}


def test_sign_out_leaves_nothing_on_the_browser(client):
    ada, product = UserFactory(), ProductFactory()
    sign_in(client, ada)
    save(client, product)
    client.post(reverse("account_logout"))
    assert not pressed(client, product.get_absolute_url(), product)
    assert "Nothing saved yet" in client.get(PAGE).content.decode()
    assert saved_by(ada) == {product.pk}


def test_saving_a_person_never_writes_back_an_older_list():
    ada = UserFactory()
    stale = User.objects.get(pk=ada.pk)
    wishlists.save_product(wishlist=None, customer=ada, product_id=ProductFactory().pk)
    stale.name = "Ada"
    stale.save()
    fresh = User.objects.get(pk=ada.pk)
    assert fresh.name == "Ada" and fresh.saved_products


# --- The page ----------------------------------------------------------------------------------


def test_sold_out_and_deleted_things_say_so(client):
    sold, gone, fine = ProductFactory(name="Jug"), ProductFactory(name="Lamp"), ProductFactory(name="Mug")
    for product in (sold, gone, fine):
        save(client, product)
    sold_out(sold)
    gone.delete()
    body = client.get(PAGE).content.decode()
    assert "Sold out just now." in body and "We do not sell this any more." in body
    assert "Lamp" in body and gone.get_absolute_url() not in body
    assert body.count("Move to basket") == 1
    take_out(client, gone)
    assert "Lamp" not in client.get(PAGE).content.decode().replace("Lamp is no longer saved.", "")


def test_the_variant_that_was_looked_at_is_the_one_that_is_moved(client):
    product = ProductFactory(variants=False)
    for sku in ("RED", "BLUE"):
        VariantFactory(product=product, sku=sku, name=sku.title(), stock=3)
    save(client, product)
    item = WishlistItem.objects.get()
    assert "Choose one" in client.get(PAGE).content.decode()
    move = reverse("orders:wishlist_move", args=[item.pk])
    assert client.post(move).url == PAGE and not CartLine.objects.exists()
    save(client, product, **{f"variant-{product.pk}": "BLUE"})
    assert client.post(move).url == reverse("orders:cart")
    line = CartLine.objects.get()
    assert (line.variant.sku, line.quantity) == ("BLUE", 1)
    assert not WishlistItem.objects.exists()
    assert client.post(move).status_code == 404


def test_what_cannot_be_had_stays_on_the_list(client):
    product = ProductFactory(stock=1)
    save(client, product)
    item = WishlistItem.objects.get()
    client.post(reverse("orders:cart_add"), {"variant": product.variants.get().sku})
    assert client.post(reverse("orders:wishlist_move", args=[item.pk])).url == PAGE
    assert "only 1 of" in client.get(PAGE).content.decode()
    assert WishlistItem.objects.exists() and CartLine.objects.get().quantity == 1


def test_another_persons_saved_thing_is_404(client):
    ada, product = UserFactory(), ProductFactory()
    wishlists.save_product(wishlist=None, customer=ada, product_id=product.pk)
    move = reverse("orders:wishlist_move", args=[WishlistItem.objects.get().pk])
    assert client.post(move).status_code == 404
    client.force_login(UserFactory())
    assert client.post(move).status_code == 404
    assert saved_by(ada) == {product.pk} and not Cart.objects.exists()


# --- Sharing -----------------------------------------------------------------------------------


def test_a_list_is_seen_by_others_only_through_its_link(client):
    ada, product = UserFactory(name="Ada Secret", email="ada@example.com"), ProductFactory(name="Mug")
    client.force_login(ada)
    save(client, product)
    assert client.get("/wishlist/shared/None/").status_code == 404
    client.post("/wishlist/share/")
    token = Wishlist.objects.get().share_token
    client.post("/wishlist/share/")
    assert Wishlist.objects.get().share_token == token and len(token) > 40
    assert f"/wishlist/shared/{token}/" in client.get(PAGE).content.decode()
    stranger = Client()
    shown = stranger.get(f"/wishlist/shared/{token}/").content.decode()
    assert "Mug" in shown and "noindex" in shown and "Secret" not in shown and "ada@" not in shown
    assert stranger.get(f"/wishlist/shared/{Wishlist.objects.get().token}/").status_code == 404
    assert stranger.post(f"/wishlist/shared/{token}/").status_code == 405
    client.post("/wishlist/share/stop/")
    assert stranger.get(f"/wishlist/shared/{token}/").status_code == 404
    client.post("/wishlist/share/")
    assert Wishlist.objects.get().share_token != token


def test_a_guests_link_goes_on_working_after_sign_in(client):
    ada = UserFactory()
    save(client, ProductFactory(name="Mug"))
    client.post("/wishlist/share/")
    token = Wishlist.objects.get().share_token
    sign_in(client, ada)
    assert "Mug" in Client().get(f"/wishlist/shared/{token}/").content.decode()


# --- Costs, sweep, staff -----------------------------------------------------------------------


def queries_of(client, url):
    cache.clear()
    with (
        CaptureQueriesContext(connections["default"]) as first,
        CaptureQueriesContext(connections["documents"]) as second,
    ):
        assert client.get(url).status_code == 200
    return len(first) + len(second)


def test_hearts_and_what_was_viewed_cost_no_query(client):
    ada, product = UserFactory(), ProductFactory()
    cart_with(customer=ada)
    client.force_login(ada)
    urls = (product.get_absolute_url(), "/products/")
    cold = [queries_of(client, url) for url in urls]
    for other in (product, *(ProductFactory() for _ in range(5))):
        save(client, other)
        client.get(other.get_absolute_url())
    client.get(PAGE)  # reads the messages
    with_hearts = [queries_of(client, url) for url in urls]
    assert with_hearts == cold and max(cold) <= 13
    assert "You looked at these" in client.get(urls[0]).content.decode()


def test_the_page_costs_the_same_for_any_number_of_things(client):
    def visit():
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        return len(queries)

    save(client, ProductFactory())
    few = visit()
    for _ in range(6):
        save(client, ProductFactory())
    assert visit() == few


def test_old_lists_of_guests_are_forgotten(client):
    save(client, ProductFactory())
    old, _ = wishlists.save_product(wishlist=None, customer=UserFactory(), product_id=ProductFactory().pk)
    now = timezone.now()
    assert sweep(now=now + timedelta(days=59))["old guests' wishlists removed"] == 0
    assert sweep(now=now + timedelta(days=61))["old guests' wishlists removed"] == 1
    assert Wishlist.objects.get() == old


def test_staff_may_look_and_nothing_else(client):
    wishlist, _ = wishlists.save_product(
        wishlist=None, customer=UserFactory(), product_id=ProductFactory(name="Mug").pk
    )
    wishlists.share(wishlist=wishlist)
    wishlist.refresh_from_db()
    client.force_login(StaffFactory())
    listed = client.get("/admin/customers/wishlist/")
    shown = client.get(f"/admin/customers/wishlist/{wishlist.pk}/change/").content.decode()
    assert listed.status_code == 200 and "Mug" in shown
    assert wishlist.token not in shown and wishlist.share_token not in shown
    assert client.get("/admin/customers/wishlist/add/").status_code == 403
    assert client.post(f"/admin/customers/wishlist/{wishlist.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_variant_taken_away_asks_to_choose_again(client):
    product = ProductFactory(variants=False)
    red = VariantFactory(product=product, sku="RED", name="Red", stock=3)
    VariantFactory(product=product, sku="BLUE", name="Blue", stock=3)
    save(client, product, **{f"variant-{product.pk}": "RED"})
    assert "Move to basket" in client.get(PAGE).content.decode()
    Variant.objects.get(pk=red.pk).delete()
    assert "Choose one" in client.get(PAGE).content.decode()
