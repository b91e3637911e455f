"""What search reads: one text per product, and the vocabulary with its counts.

The engine's index over these texts is kept by the database itself (`0002_search_index`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from django.core.cache import cache
from django.db import connection
from django.db.models import F, QuerySet

from catalog.models import Product, SearchEntry, SearchTerm
from catalog.services.words import split_words
from ecommerce.lib.transactions import retrying_atomic

VOCABULARY_KEY = "search-vocabulary"
_BATCH = 1000


@retrying_atomic
def index_products(ids: Iterable[int]) -> None:
    """Make search know these products as they are now; drafts and deleted ones are forgotten.

    The number of queries does not depend on the number of products (up to 1,000).
    """
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _BATCH):
        _index(wanted[start : start + _BATCH])
    cache.delete(VOCABULARY_KEY)


def reindex() -> Iterator[int]:
    """Write every text and the whole vocabulary anew; yields the number of products done.

    Counts of words are exact afterwards, whatever happened before. Searching works meanwhile.
    """
    counts: Counter[str] = Counter()
    last = done = 0
    while batch := _entries(_sources().filter(pk__gt=last).order_by("pk")[:_BATCH]):
        _write(batch)
        for entry in batch:
            counts.update(_words(entry))
        last = batch[-1].product_id
        done += len(batch)
        yield done
    _forget_unlisted()
    _replace_vocabulary(counts)
    cache.delete(VOCABULARY_KEY)


@retrying_atomic
def _replace_vocabulary(counts: Counter[str]) -> None:
    SearchTerm.objects.all().delete()
    terms = [SearchTerm(word=word, count=count) for word, count in counts.items()]
    SearchTerm.objects.bulk_create(terms, batch_size=_BATCH)


def _forget_unlisted() -> None:
    unlisted = SearchEntry.objects.exclude(product__in=_sources().values("pk"))
    unlisted.delete()


def _index(ids: list[int]) -> None:
    before = SearchEntry.objects.in_bulk(ids)
    entries = _entries(_sources().filter(pk__in=ids).order_by("pk"))
    change: Counter[str] = Counter()
    for entry in before.values():
        change.subtract(_words(entry))
    for entry in entries:
        change.update(_words(entry))
    _write(entries)
    gone = before.keys() - {entry.product_id for entry in entries}
    if gone:
        SearchEntry.objects.filter(pk__in=gone).delete()
    _count_words(change)


def _sources() -> QuerySet[Product]:
    """Products that search may know; whether they are on the shelf today is asked when found."""
    return (
        Product.objects.filter(status=Product.Status.PUBLISHED)
        .select_related("category__parent", "store")
        .prefetch_related("variants__values")
    )


def _entries(products: Iterable[Product]) -> list[SearchEntry]:
    return [_entry(product) for product in products]


def _entry(product: Product) -> SearchEntry:
    variants = list(product.variants.all())
    parent = product.category.parent
    values = {value.value: None for variant in variants for value in variant.values.all()}
    parts = [
        product.summary,
        product.category.name,
        parent.name if parent else "",
        product.store.name,
        *(variant.sku for variant in variants),
        *values,
        product.description,
    ]
    # Words are stored as queries are read, so that both engines agree on what a word is.
    body = " ".join(split_words(" ".join(parts)))
    return SearchEntry(product_id=product.pk, title=" ".join(split_words(product.name))[:160], body=body)


def _words(entry: SearchEntry) -> set[str]:
    """The words of an entry that may serve as corrections."""
    return {word for word in f"{entry.title} {entry.body}".split() if len(word) > 2 and not word.isdigit()}


def _write(entries: list[SearchEntry]) -> None:
    SearchEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["product"] if _names_the_key() else None,
        update_fields=["title", "body"],
    )


def _names_the_key() -> bool:
    """MySQL refuses to be told which unique key may conflict, the others insist on it."""
    return connection.features.supports_update_conflicts_with_target


def _count_words(change: Counter[str]) -> None:
    """Add to the counts of words; one pair of queries for each distinct number in `change`."""
    by_number: dict[int, list[str]] = defaultdict(list)
    for word, number in sorted(change.items()):
        if number:
            by_number[number].append(word)
    new = [word for number, words in by_number.items() if number > 0 for word in words]
    SearchTerm.objects.bulk_create(
        [SearchTerm(word=word) for word in new], ignore_conflicts=True, batch_size=_BATCH
    )
    for number, words in by_number.items():
        terms = SearchTerm.objects.filter(word__in=words)
        if number < 0:
            terms.filter(count__lte=-number).delete()
        terms.update(count=F("count") + number)
