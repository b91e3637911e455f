"""One list written by many at once; each guard with a control that shows what happens without it."""

import threading

import pytest

from catalog.tests.factories import ProductFactory
from customers.models import User, Wishlist, WishlistItem
from customers.services import wishlists
from customers.tests.factories import UserFactory
from orders.tests.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)


def save(customer, product):
    return lambda: wishlists.save_product(wishlist=None, customer=customer, product_id=product.pk)


def test_many_first_saves_open_one_list_that_the_hearts_know():
    ada, goods = UserFactory(), [ProductFactory() for _ in range(6)]
    race(*[save(ada, product) for product in goods], save(ada, goods[0]))
    assert Wishlist.objects.count() == 1 and WishlistItem.objects.count() == 6
    assert set(User.objects.get().saved_products) == {product.pk for product in goods}


def test_the_limit_holds_for_saves_at_once(monkeypatch):
    monkeypatch.setattr(wishlists, "MAX_ITEMS", 2)
    ada, goods = UserFactory(), [ProductFactory() for _ in range(5)]
    race(*[save(ada, product) for product in goods])
    assert WishlistItem.objects.count() == 2


def test_a_guests_list_is_taken_along_once():
    product = ProductFactory()
    guest, _ = wishlists.save_product(wishlist=None, customer=None, product_id=product.pk)
    rivals = [UserFactory() for _ in range(4)]
    race(*[lambda user=user: wishlists.merge_wishlists(guest=guest, customer=user) for user in rivals])
    assert WishlistItem.objects.count() == 1
    assert sum(bool(user.saved_products) for user in User.objects.all()) == 1


def test_control_noting_what_was_read_before_loses_a_heart(monkeypatch):
    """What happens when the list is read without its lock: the later note misses the earlier save."""
    ada, goods = UserFactory(), [ProductFactory() for _ in range(3)]
    wishlist, _ = wishlists.save_product(wishlist=None, customer=ada, product_id=goods[0].pk)
    all_read = threading.Barrier(2)

    def unguarded(product):
        known = wishlists.product_ids_of(wishlist)
        all_read.wait(20)
        WishlistItem.objects.create(wishlist=wishlist, product=product)
        User.objects.filter(pk=ada.pk).update(saved_products=[product.pk, *known])

    race(*[lambda product=product: unguarded(product) for product in goods[1:]])
    assert WishlistItem.objects.count() == 3
    assert len(User.objects.get().saved_products) == 2
