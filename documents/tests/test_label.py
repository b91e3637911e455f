"""The shipping label: its exact size, and codes that scanners read."""

import pytest
from django.utils.http import urlencode

from documents.label import FIELD_HEIGHT, LINE_HEIGHT, render_label, type_size, weight_text
from documents.tests.factories import ADDRESS, ShipmentFactory
from documents.tests.papers import codes, picture, read, word_boxes, words

pytestmark = pytest.mark.django_db


def test_is_a6_and_says_who_gets_what():
    shipment = ShipmentFactory()
    pdf = render_label(shipment)
    (page,) = read(pdf).pages
    millimetres = (float(page.mediabox.width) / 72 * 25.4, float(page.mediabox.height) / 72 * 25.4)
    assert millimetres == pytest.approx((105, 148), abs=0.01)
    text = words(pdf)
    for part in (
        "Ada Lovelace",
        "10117 Berlin",
        "GERMANY",
        "DHL",
        shipment.order.number,
        "4 items",
        "2.56 kg",
    ):
        assert part in text
    assert "€" not in text


def test_codes_are_read_from_what_a_203_dpi_printer_prints(tmp_path):
    shipment = ShipmentFactory()
    image = picture(render_label(shipment), tmp_path, dpi=203)
    assert codes(image) == {"CODE128": shipment.tracking_number, "QRCODE": shipment.tracking_url}


@pytest.mark.parametrize("number", ["1" * 40, "JD01460002A7F3QX9", "rr 123-456.789/DE"])
def test_other_tracking_numbers_are_read_too(tmp_path, number):
    image = picture(render_label(ShipmentFactory(tracking_number=number)), tmp_path, dpi=203)
    assert codes(image)["CODE128"] == number


@pytest.mark.parametrize("number", ["Ä-4711", "A1b2" * 15])
def test_a_number_that_no_barcode_carries_is_written_and_the_order_number_coded(tmp_path, number):
    shipment = ShipmentFactory(tracking_number=number)
    pdf = render_label(shipment)
    assert codes(picture(pdf, tmp_path, dpi=203))["CODE128"] == shipment.order.number
    assert f"Tracking {number}" in words(pdf)


def test_without_a_tracking_number_codes_lead_to_the_order_but_open_nothing(tmp_path, settings):
    shipment = ShipmentFactory(tracking_number="", tracking_url="")
    found = codes(picture(render_label(shipment), tmp_path, dpi=203))
    assert found["CODE128"] == shipment.order.number
    assert found["QRCODE"] == f"{settings.SITE_URL}/track/?{urlencode({'number': shipment.order.number})}"
    assert shipment.order.token not in found["QRCODE"]


LONG = {
    "name": "Dr. Maximiliane-Henriette von Habsburg-Lothringen zu Schwarzenberg-Sonderhausen",
    "company": "Gesellschaft für angewandte Donaudampfschifffahrtselektrizitätenforschung mbH & Co. KG",
    "line1": "Hinterzimmer im Gartenhaus, Straße der Deutsch-Sowjetischen Freundschaft 128 b, Aufgang 3",
    "line2": "bei Familie Müller-Lüdenscheidt, 4. Obergeschoss links, bitte zweimal klingeln",
    "postal_code": "98765-4321",
    "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "region": "Baden-Württemberg",
    "country": "GB",
}


def test_the_longest_address_stays_whole_on_one_page(tmp_path):
    pdf = render_label(ShipmentFactory(order__shipping_address=LONG))
    assert len(read(pdf).pages) == 1
    text = "".join(words(pdf).split())
    for key in ("name", "company", "line1", "line2", "city", "region"):
        assert "".join(LONG[key].split()) in text
    boxes = word_boxes(pdf, tmp_path)
    band_top = 74 / 25.4 * 72
    assert [bottom for word, _, _, _, bottom in boxes if word == "KINGDOM"][0] < band_top
    assert max(right for _, _, _, right, _ in boxes) < 105 / 25.4 * 72


def test_an_address_in_other_letters_is_printed():
    address = {**ADDRESS, "name": "Олена Шевченко", "city": "Київ", "country": "UA"}
    text = words(render_label(ShipmentFactory(order__shipping_address=address)))
    assert "Олена Шевченко" in text
    assert "UKRAINE" in text


def test_type_shrinks_with_the_address():
    short, long = type_size(["Ada", "Berlin"]), type_size(["A" * 120] * 6)
    assert short > long
    assert type_size(["Ada"] * 6) * LINE_HEIGHT * 6 <= FIELD_HEIGHT
    assert type_size(["東京都千代田区丸の内一丁目九番一号"] * 4) < type_size(["Marunouchi 1-9-1, To"] * 4)


@pytest.mark.parametrize(("grams", "shown"), [(0, ""), (640, "640 g"), (999, "999 g"), (1240, "1.24 kg")])
def test_weights_in_words(grams, shown):
    assert weight_text(grams) == shown
