"""The search index of the demo's products, without reading them back from the database.

Writes what `catalog.services.search_index.reindex` would write (a test compares them), which
takes several times as long for 100,000 products.
"""

import re
from collections import Counter
from functools import lru_cache

from catalog.models import SearchTerm
from catalog.services.words import split_words
from demo.catalogue import DemoProduct, load
from demo.loader.bulk import Writer

# Sentences come again among made-up products, so their words need not be found again.
_SENTENCE_END = re.compile(r"(?<=[.:])\s")


class SearchTexts:
    """Turns products into the words of search and counts them."""

    def __init__(self) -> None:
        catalogue = load()
        names = {category.slug: category.name for category in catalogue.categories}
        self._shelves = {
            category.slug: f"{category.name} {names.get(category.parent or '', '')}"
            for category in catalogue.categories
        }
        self._stores = {store.slug: store.name for store in catalogue.stores}
        self._counts: Counter[str] = Counter()

    def text(self, product: DemoProduct) -> tuple[str, str]:
        """The title and body of a product, its words counted."""
        variants = product.variants
        values = {value: None for variant in variants for value in _values_in_order(variant.attributes)}
        parts = (
            product.summary,
            self._shelves[product.category],
            self._stores[product.store],
            " ".join(variant.sku for variant in variants),
            " ".join(values),
            *_SENTENCE_END.split(product.description),
        )
        title = _words(product.name)
        body = [word for part in parts for word in _words(part)]
        self._counts.update(word for word in {*title, *body} if len(word) > 2 and not word.isdigit())
        return " ".join(title)[:160], " ".join(body)

    def write_vocabulary(self) -> None:
        """Write every word with the number of products that have it."""
        writer = Writer(SearchTerm)
        for word, count in sorted(self._counts.items()):
            writer.add(SearchTerm, word=word, count=count)
            writer.flush_when_full()
        writer.flush()


def _values_in_order(attributes: dict[str, str]) -> list[str]:
    return [attributes[code] for code in ("colour", "size") if code in attributes]


@lru_cache(maxsize=5000)
def _words(part: str) -> list[str]:
    return split_words(part)
