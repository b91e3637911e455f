"""The packing slip: what to pack, and no money."""

import pytest

from documents.packing_slip import render_packing_slip
from documents.tests.factories import OrderFactory
from documents.tests.papers import codes, picture, read, words

pytestmark = pytest.mark.django_db


def test_lists_what_to_pack_without_prices(tmp_path):
    order = OrderFactory(note="Please ring twice.")
    pdf = render_packing_slip(order)
    text = words(pdf)
    for part in (order.number, "Field backpack", "Raspberry", "SKU-0001", "4 items", "Please ring twice."):
        assert part in text
    assert "€" not in text
    assert "128" not in text
    assert codes(picture(pdf, tmp_path, dpi=203)) == {"CODE128": order.number}


def test_names_what_was_sent_already():
    order = OrderFactory(lines=1)
    order.lines.update(quantity_shipped=1)
    assert "Already sent: 1" in words(render_packing_slip(order))


def test_long_slips_repeat_their_header():
    pages = read(render_packing_slip(OrderFactory(lines=30))).pages
    assert len(pages) == 3
    assert all("SKU" in page.extract_text() for page in pages)
