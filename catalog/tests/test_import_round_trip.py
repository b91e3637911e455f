"""What an export writes, an import takes for what is there already: whatever the texts are (45, 46)."""

import csv
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog.models import Product, Variant
from catalog.services.importing import checking, exporting, progress
from catalog.tests.factories import AttributeValueFactory, CategoryFactory, ProductFactory
from catalog.tests.importing import upload
from ecommerce.lib.spreadsheets import plain_cell, safe_cell, stream_csv

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'=x", "''-x", "'quoted'", "=", "'", "-5 °C"]
TEXTS = st.one_of(
    st.sampled_from(RISKY),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    st.lists(st.sampled_from([*"=+-@'\",;", "\t", "\n", "\r", "x", " "]), min_size=1, max_size=8).map(
        "".join
    ),
)


@given(TEXTS)
def test_a_safe_cell_can_be_read_back_and_never_runs(text):
    safe = safe_cell(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) and plain_cell(safe) == text


@pytest.mark.parametrize("text", RISKY)
def test_csv_exports_put_an_apostrophe_before_what_a_spreadsheet_would_run(text):
    """Test 45: = + - @, tab and CR, in every cell of every export: all of them are `stream_csv`."""
    answer = stream_csv("x.csv", [text], [[text], [1, None, text]])
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


class RoundTripTest(TestCase):
    @given(
        sku=st.one_of(
            st.sampled_from(["=1+1", "-A", "@B", "'=C", "+49"]), st.from_regex(r"[A-Z]{1,9}", fullmatch=True)
        ),
        name=TEXTS,
        description=TEXTS,
        value=TEXTS,
        price=st.decimals(0, 9999, places=3, allow_nan=False),
    )
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
    def test_an_export_changes_nothing_when_it_is_imported(self, sku, name, description, value, price):
        product = ProductFactory(
            name=name, description=description, sku=sku, stock=2, price=price, compare_at=price + 1,
            category=CategoryFactory(name=value[:100], parent=CategoryFactory(name="Above > it")),
        )  # fmt: skip
        variant = product.variants.get()
        variant.values.set(
            [AttributeValueFactory(value=value), AttributeValueFactory(attribute__code="size", value="M | L")]
        )
        before = list(Product.objects.values()), list(Variant.objects.values())
        columns = exporting.header()
        answer = stream_csv("x.csv", columns, exporting.lines(Product.objects.all(), columns))
        row = progress.begin(upload=upload(b"".join(answer.streaming_content)))
        checking.check(row.pk)
        row.refresh_from_db()
        assert (row.state, row.errors, row.unchanged_count) == ("ready", [], 1)
        assert list(row.rows.values_list("changes", flat=True)) == []
        assert before == (list(Product.objects.values()), list(Variant.objects.values()))
