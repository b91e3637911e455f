"""What FULLTEXT has of its own: short words, stop words, its syntax, and when its index is written."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.models import Product
from catalog.services.search import index_products, search
from catalog.services.search_index import reindex
from catalog.services.search_mysql import match
from catalog.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_short_words_are_found_whole_and_as_beginnings_at_the_end():
    tv, other = ProductFactory(name="TV bench"), ProductFactory(name="Tvorog bowl")
    assert search("tv bench").product_ids == [tv.pk]
    assert match(["tv", "bowl"], limit=9) == [], "a whole word, not the beginning of one"
    assert set(search("tv").product_ids) == {tv.pk, other.pk}
    assert search("bench tv").product_ids == [tv.pk]


def test_stop_words_are_no_hindrance():
    lamp = ProductFactory(name="Lamp for the desk")
    ProductFactory(name="Desk")
    assert search("lamp for the desk").product_ids == [lamp.pk]
    forest = ProductFactory(name="Forest print")
    assert search("for").product_ids == [forest.pk]


def test_beginnings_of_two_letters_find_words():
    backpack = ProductFactory(name="Field backpack")
    assert search("field ba").product_ids == [backpack.pk]
    assert search("ba").product_ids == [backpack.pk]


def test_the_index_follows_a_product():
    product = ProductFactory(name="Canvas tent", description="Green.")
    assert search("canvas").product_ids == [product.pk]
    Product.objects.filter(pk=product.pk).update(name="Linen tent")
    index_products([product.pk])
    assert search("linen").product_ids == [product.pk]
    # No engine finds the old name, and none is near enough to be meant by it.
    assert match(["canvas"], limit=9) == []
    product.delete()
    index_products([product.pk])
    assert match(["linen"], limit=9) == []


def test_what_is_rolled_back_is_not_found():
    with pytest.raises(RuntimeError), transaction.atomic():
        ProductFactory(name="Canvas tent")
        raise RuntimeError
    assert match(["canvas"], limit=9) == []


def test_words_are_counted_once_whatever_their_accents():
    """The vocabulary of corrections is written by INSERT IGNORE and counted by UPDATE."""
    for name in ("Café cup", "Cafe table", "CAFÉ chair"):
        ProductFactory(name=name)
    assert search("caffe").did_you_mean == "cafe"
    assert len(search("caffe").product_ids) == 3
    list(reindex())
    assert len(search("café").product_ids) == 3


@pytest.fixture
def shelf():
    ProductFactory(name="Field backpack", description="It is for the way to work, and back.")


@given(query=st.text(max_size=60) | st.text(alphabet="+-><()~*\"'@%_\\ abkcplfied0\0", max_size=60))
@example('+field -backpack "')
@example("field* +*")
@example("@distance (((")
@example("backpack' OR 1=1 -- ")
@example("fi%ld back_ack")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_typed_is_syntax(shelf, query):
    found = search(query)
    assert len(found.product_ids) <= 1
