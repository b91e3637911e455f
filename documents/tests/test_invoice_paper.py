"""The invoice as a PDF."""

import pytest

from documents.invoice import invoice_context, render_invoice
from documents.tests.factories import snapshot
from documents.tests.papers import read, word_boxes, words


def test_says_who_owes_what_to_whom():
    text = words(render_invoice(snapshot()))
    for part in (
        "Invoice 2026-00123",
        "22 November 2026",
        "7K2M9QXA",
        "Ada Lovelace",
        "Alcove GmbH",
        "VAT number DE123456788",
        "Field backpack, Raspberry SKU-0000",
        "-€6.40",
        "19% €51.68 €9.82 €61.50",
        "7% €59.81 €4.19 €64.00",
        "Delivery: Standard €3.90",
        "Total €125.50",
        "VAT included €14.01",
        "Page 1 of 1",
    ):
        assert part in text


def test_an_unpaid_transfer_says_where_to_pay_and_a_paid_invoice_does_not():
    unpaid = words(render_invoice(snapshot()))
    assert "Due 6 December 2026" in unpaid
    assert "Reference 7K2M9QXA" in unpaid
    paid = words(render_invoice(snapshot(payment_status_text="Paid")))
    assert "Due" not in paid
    assert "Reference" not in paid


def test_tax_on_top_is_a_row_of_its_own():
    text = words(render_invoice(snapshot(prices_include_tax=False)))
    assert "Goods, without VAT €128.00" in text
    assert "VAT Without VAT" in text and "With VAT" not in text
    assert "VAT €14.01 Total" in text
    assert "VAT included" not in text


def test_reverse_charge_names_the_law_and_both_numbers():
    buyer = {"name": "Atelier", "email": "a@example.com", "vat_number": "FR40303265045"}
    text = words(render_invoice(snapshot(prices_include_tax=False, reverse_charge=True, customer=buyer)))
    assert "Reverse charge: the buyer owes the VAT. Steuerschuldnerschaft des Leistungsempfängers." in text
    assert "VAT numbers: seller DE123456788, buyer FR40303265045." in text
    assert "No VAT: reverse charge" in text
    assert "Reverse charge" not in words(render_invoice(snapshot()))


def test_many_lines_go_over_pages_that_repeat_the_header_and_count():
    pages = [" ".join(page.extract_text().split()) for page in read(render_invoice(snapshot(lines=40))).pages]
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        assert "Item Qty Price" in page
        assert f"Page {number} of {len(pages)}" in page
    assert "Invoice 2026-00123, 22 November 2026, continued" in pages[1]
    assert "continued" not in pages[0]
    assert all(sum(f"SKU-{number:04}" in page for page in pages) == 1 for number in range(40))


def test_long_and_foreign_names_stay_inside_the_page(tmp_path):
    line = snapshot()["lines"][0]
    long_name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 3
    lines = [{**line, "name": name} for name in (long_name, "Рюкзак польовий", "حقيبة ظهر")]
    pdf = render_invoice(snapshot() | {"lines": lines, "billing_lines": [long_name, "m" * 200]})
    right_edge = float(read(pdf).pages[0].mediabox.width)
    assert max(right for _, _, _, right, _ in word_boxes(pdf, tmp_path)) < right_edge
    text = words(pdf)
    assert "Рюкзак польовий" in text
    assert "".join(text.split()).count(long_name) == 2


def test_what_a_shopper_types_stays_text():
    line = snapshot()["lines"][0]
    typed = '<img src="file:///etc/passwd"><script>x</script>{{ seller }}'
    text = words(render_invoice(snapshot() | {"lines": [{**line, "name": typed}]}))
    assert "".join(typed.split()) in "".join(text.split())


def test_is_tagged_titled_and_in_our_own_letters():
    pdf = read(render_invoice(snapshot()))
    catalog = pdf.root_object
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == "en"
    assert pdf.metadata is not None
    assert (pdf.metadata.title, pdf.metadata.author) == ("Invoice 2026-00123", "Alcove GmbH")
    fonts = pdf.pages[0]["/Resources"]["/Font"]
    names = {str(fonts[key]["/BaseFont"]) for key in fonts}
    assert names
    assert all("Alcove" in name for name in names)


def test_the_same_snapshot_makes_the_same_file():
    assert render_invoice(snapshot()) == render_invoice(snapshot())


@pytest.mark.parametrize(("rate", "shown"), [("19.00", "19%"), ("5.50", "5.5%"), ("0", "0%"), ("20", "20%")])
def test_rates_lose_their_empty_decimals(rate, shown):
    line = {**snapshot()["lines"][0], "tax_rate": rate}
    assert invoice_context(snapshot() | {"lines": [line]})["lines"][0]["tax_rate"] == shown


def test_a_snapshot_without_a_total_is_refused():
    broken = snapshot()
    del broken["total"]
    with pytest.raises(KeyError):
        render_invoice(broken)
