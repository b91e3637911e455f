"""Finding products: ranking, prefixes, typos, and queries nobody should send."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, SearchEntry, SearchTerm
from catalog.services import products
from catalog.services.search import index_products, search, suggest
from catalog.tests.factories import AttributeValueFactory, CategoryFactory, ProductFactory, VariantFactory
from catalog.tests.searching import searching

pytestmark = searching()


def test_the_title_weighs_more_than_the_description():
    described = ProductFactory(name="Walking stick", description="Goes well with any umbrella. Umbrella!")
    named = ProductFactory(name="Storm umbrella", description="Keeps the rain off, in any weather.")
    assert search("umbrella").product_ids == [named.pk, described.pk]


def test_the_last_word_may_be_unfinished():
    made = ProductFactory(name="Field backpack")
    assert search("field back").product_ids == [made.pk]
    assert search("fie backpack").is_partial


def test_all_words_are_wanted_and_some_are_offered():
    mug = ProductFactory(name="Blue mug")
    ProductFactory(name="Blue kettle")
    assert search("blue mug").product_ids == [mug.pk]
    offered = search("mug kettle")
    assert offered.is_partial
    assert len(offered.product_ids) == 2


@pytest.mark.parametrize("words", ["raspberry", "WEAR-7", "rucksacks", "canvas", "satchels", "acme"])
def test_every_kind_of_word_is_found(words):
    made = ProductFactory(
        name="Field bag",
        summary="Canvas",
        description="A rucksack.",
        category=CategoryFactory(name="Satchels"),
        store__name="Acme",
        variants=False,
    )
    VariantFactory(product=made, sku="WEAR-7", values=[AttributeValueFactory(value="Raspberry")])
    index_products([made.pk])
    assert search(words).product_ids == [made.pk]


def test_accents_do_not_matter():
    made = ProductFactory(name="Café crème cup")
    assert search("cafe creme").product_ids == search("CAFÉ CRÈME").product_ids == [made.pk]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bacpack", "backpack"), ("umbrela", "umbrella"), ("feild backpack", "field backpack")],
)
def test_a_typo_is_corrected(typed, meant):
    ProductFactory(name="Field backpack")
    ProductFactory(name="Storm umbrella")
    result = search(typed)
    assert result.did_you_mean == meant
    assert len(result.product_ids) == 1


def test_nonsense_finds_nothing_and_suggests_nothing():
    ProductFactory(name="Field backpack")
    result = search("qqqqqqqq")
    assert (result.product_ids, result.did_you_mean) == ([], "")


@pytest.mark.parametrize(
    "query",
    [
        '"', "'", "*", "NEAR", "NEAR(a b)", "AND", "OR NOT", "a AND", "title:x", "-", "+", "(", "^a", "a*b",
        "\x00", "back\x00pack", "x" * 10_000, "a " * 5_000, "🎒", "🎒 backpack", "%", "_", "\\", ";--", "{x}",
        "", "   ", "\u202e", "ß", "日本",
    ],
)  # fmt: skip
def test_nothing_typed_breaks_the_search(query):
    ProductFactory(name="Field backpack")
    assert isinstance(search(query).product_ids, list)
    assert isinstance(suggest(query), list)


def test_deleted_and_draft_products_are_forgotten():
    gone, draft = ProductFactory(name="Brass lantern"), ProductFactory(name="Brass lantern")
    products.delete_product(product=gone)
    draft.status = Product.Status.DRAFT
    draft.save()
    index_products([draft.pk])
    assert search("lantern").product_ids == []
    assert not SearchTerm.objects.filter(word="lantern").exists()


def test_a_suspended_product_is_not_suggested():
    made = ProductFactory(name="Brass lantern")
    made.is_suspended = True
    made.save()
    assert suggest("lant") == []


def test_the_vocabulary_counts_products_not_writes():
    made = ProductFactory(name="Brass lantern")
    index_products([made.pk])
    index_products([made.pk])
    assert SearchTerm.objects.get(word="lantern").count == 1
    made.name = "Brass lamp"
    made.save()
    index_products([made.pk])
    assert not SearchTerm.objects.filter(word="lantern").exists()
    assert search("lantern").product_ids == []


def test_reindexing_repairs_what_was_lost():
    made = ProductFactory(name="Brass lantern")
    SearchTerm.objects.all().delete()
    SearchEntry.objects.all().delete()
    assert search("lantern").product_ids == []
    call_command("reindex_search", verbosity=0)
    assert search("lantern").product_ids == [made.pk]
    assert SearchTerm.objects.get(word="lantern").count == 1


def test_indexing_takes_the_same_number_of_queries_for_any_number():
    few = [ProductFactory(name="Brass lantern").pk for _ in range(2)]
    many = [ProductFactory(name="Brass lantern").pk for _ in range(12)]
    with CaptureQueriesContext(connection) as first:
        index_products(few)
    with CaptureQueriesContext(connection) as second:
        index_products(many)
    assert len(first) == len(second)
