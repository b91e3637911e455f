"""What search reads: one text per product, and the vocabulary for correcting typos.

The full-text index over `SearchEntry.text` belongs to the database engine and is made by
migration: FTS5 on SQLite, FULLTEXT on MySQL and MariaDB.
"""

from django.db import models

from catalog.models.product import Product


class SearchEntry(models.Model):
    """The searchable words of a product, kept by `catalog.services.search.index_products`."""

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="search_entry")
    title = models.CharField(max_length=160)
    body = models.TextField()

    def __str__(self) -> str:
        return self.title


class SearchTerm(models.Model):
    """A word that occurs in the catalogue, and in how many products."""

    word = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.word
