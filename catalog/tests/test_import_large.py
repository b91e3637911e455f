"""Test 46, imports of 100,000 rows: read in portions, asked for in portions, written in portions."""

import tracemalloc
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Product, Variant
from catalog.services.importing import applying, checking, progress, undoing
from catalog.services.importing.reading import open_sheet
from catalog.tests.factories import CategoryFactory, StoreFactory
from catalog.tests.importing import upload

pytestmark = pytest.mark.django_db


def file_of(rows, *, price="9.00", each=50):
    """New variants, so many `each` product."""
    yield b"sku,product,category,price\n"
    for number in range(rows):
        yield f"SKU-{number},Thing {number // each},Things,{price}\n".encode()


@pytest.fixture
def shop():
    StoreFactory()
    CategoryFactory(name="Things", slug="things")


def begin(content):
    row = progress.begin(upload=upload(b"".join(content)))
    checking.check(row.pk)
    row.refresh_from_db()
    return row


def apply(row):
    progress.apply(product_import=row)
    assert applying.apply(row.pk)


def test_a_hundred_thousand_rows_are_planned(shop):
    row = begin(file_of(100_000))
    assert (row.state, row.new_count, row.rows.count()) == ("ready", 100_000, 100_000)


def test_thousands_of_rows_are_applied_changed_and_undone(shop):
    apply(begin(file_of(5000)))
    assert Variant.objects.count() == 5000 and Product.objects.filter(price_min=9).count() == 100
    assert begin(file_of(5000)).unchanged_count == 5000
    changed = begin(file_of(5000, price="8.00"))
    apply(changed)
    assert Product.objects.filter(price_min=8, price_max=8).count() == 100
    progress.undo(product_import=changed)
    assert undoing.undo(changed.pk)
    assert Variant.objects.filter(price=9).count() == 5000
    assert changed.rows.filter(undo="done").count() == 5000


def test_queries_grow_with_portions_not_with_rows(shop):
    with CaptureQueriesContext(
        connection,
    ) as first:
        apply(begin(file_of(1000)))
    with CaptureQueriesContext(connection) as second:
        apply(begin(file_of(2000, price="8.00")))
    assert len(first) < 150 and len(second) < 2 * len(first)


def test_a_file_is_never_in_memory_whole():
    content = BytesIO(b"".join(file_of(50_000)))
    tracemalloc.start()
    assert sum(1 for _ in open_sheet(content).lines) == 50_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024
