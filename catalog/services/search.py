"""Search in the catalogue: one interface, two engines, and corrections for typos.

    search("bacpack")  ->  SearchResult(product_ids=[…], did_you_mean="backpack")

The engine is the database's own full-text search (`search_sqlite`, `search_mysql`); what it
reads is written by `catalog.services.search_index`. Words are normalised before the engine
sees them, so nothing a visitor types can be syntax.
"""

from dataclasses import dataclass, field
from types import ModuleType

from django.core.cache import cache
from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from catalog.models import Product, SearchTerm
from catalog.services import search_mysql, search_sqlite
from catalog.services.search_index import VOCABULARY_KEY, index_products
from catalog.services.words import query_words

__all__ = ["SearchResult", "index_products", "search", "suggest"]

MAX_RESULTS = 1000
MAX_SUGGESTIONS = 8
_VOCABULARY_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Products that match, the best first; unpublished ones may be among them.

    `did_you_mean` is the corrected query when a word is not in the catalogue; the ids are then
    those of the correction. `is_partial`: no product has all the words, these have some.
    """

    product_ids: list[int] = field(default_factory=list)
    did_you_mean: str = ""
    is_partial: bool = False


def search(query: str, *, limit: int = MAX_RESULTS) -> SearchResult:
    """Find products with all words of `query`; corrected, or with some of them, if need be.

    At most `limit` ids. Any text is a query: what holds no word finds nothing.
    """
    words = query_words(query)
    found = _engine().match(words, limit=limit)
    if found or not words:
        return SearchResult(product_ids=found)
    corrected = correct(words)
    if corrected != words:
        found = _engine().match(corrected, limit=limit)
    if found:
        return SearchResult(product_ids=found, did_you_mean=" ".join(corrected))
    found = _engine().match(corrected, limit=limit, any_word=True)
    suggestion = " ".join(corrected) if corrected != words and found else ""
    return SearchResult(product_ids=found, did_you_mean=suggestion, is_partial=bool(found))


def suggest(query: str) -> list[Product]:
    """At most eight published products for what was typed so far, the best first."""
    found = search(query, limit=MAX_SUGGESTIONS * 4).product_ids
    products = Product.objects.for_listing().in_bulk(found)
    return [products[pk] for pk in found if pk in products][:MAX_SUGGESTIONS]


def correct(words: list[str]) -> list[str]:
    """Each word, or the nearest word of the catalogue when it does not occur there.

    One letter may be wrong in words up to five letters, two in longer ones; of equally near
    words the more frequent wins. Words of one or two letters and numbers stay.
    """
    vocabulary = _vocabulary()
    return [_nearest(word, vocabulary) for word in words]


def _nearest(word: str, vocabulary: dict[str, int]) -> str:
    if word in vocabulary or len(word) < 3 or word.isdigit():
        return word
    allowed = 1 if len(word) <= 5 else 2
    candidates = process.extract(
        word, vocabulary.keys(), scorer=DamerauLevenshtein.distance, score_cutoff=allowed, limit=10
    )
    if not candidates:
        return word
    best = min(candidates, key=lambda found: (found[1], -vocabulary[found[0]], found[0]))
    return str(best[0])


def _vocabulary() -> dict[str, int]:
    """word -> number of products with it; cached, because every typo needs all of it."""
    found = cache.get(VOCABULARY_KEY)
    if found is None:
        found = dict(SearchTerm.objects.values_list("word", "count"))
        cache.set(VOCABULARY_KEY, found, _VOCABULARY_SECONDS)
    return found


def _engine() -> ModuleType:
    return search_mysql if connection.vendor == "mysql" else search_sqlite
