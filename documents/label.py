"""The shipping label of a parcel: A6, black only, made for 203 dpi label printers."""

import unicodedata
from collections.abc import Sequence
from math import ceil
from textwrap import wrap
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from catalog.models import StoreSettings
from documents.codes import barcode_svg, is_encodable, qr_svg
from documents.pdf import render_pdf
from orders.models import Shipment
from orders.services.invoices import seller_of

# The recipient's field on the paper, in points (1 mm = 2.835 pt), and the sizes to try in it.
FIELD_WIDTH, FIELD_HEIGHT = 263, 131
SIZES = (22, 18, 15, 13, 11, 9, 7.5, 6.5, 5.5)
LINE_HEIGHT = 1.2
BARCODE_WIDTH = 91
# How wide a bold letter is at the most, on average over a line, in parts of the type size.
LETTER_WIDTH = 0.62


def render_label(shipment: Shipment) -> bytes:
    """Return the A6 label of a parcel as a one-page PDF.

    The barcode carries the tracking number, or the order number when there is none that a
    barcode can carry. The QR
    code leads to the carrier's page of the parcel or, without one, to the shop's tracking
    page, which asks for the email address: whoever picks up a parcel must not read the order.
    """
    order = shipment.order
    address = order.delivery_address
    *lines, country = address.lines
    number = shipment.tracking_number
    code = number if is_encodable(number, width_mm=BARCODE_WIDTH) else order.number
    contents = list(shipment.lines.all())
    context = {
        "seller": seller_of(StoreSettings.current()),
        "lines": lines,
        "country": country,
        "phone": address.phone,
        "size": type_size([*lines, country.upper()]),
        "carrier": shipment.carrier,
        "service": order.shipping_name,
        "shipped_at": shipment.shipped_at,
        "order": order,
        "pieces": sum(row.quantity for row in contents),
        "weight": weight_text(sum(row.quantity * row.line.weight_grams for row in contents)),
        "caption": f"Tracking {number}" if number not in ("", code) else code,
        "barcode": barcode_svg(code, width_mm=BARCODE_WIDTH, height_mm=16),
        "qr": qr_svg(tracking_link(shipment), size_mm=34),
    }
    return render_pdf("pdf/label.html", context)


def tracking_link(shipment: Shipment) -> str:
    """Where the parcel can be followed by anybody who holds the label."""
    if shipment.tracking_url:
        return shipment.tracking_url
    query = urlencode({"number": shipment.order.number})
    return f"{settings.SITE_URL}{reverse('orders:track_lookup')}?{query}"


def weight_text(grams: int) -> str:
    """640 as "640 g", 1240 as "1.24 kg"; "" when no weight is known."""
    if not grams:
        return ""
    return f"{grams} g" if grams < 1000 else f"{grams / 1000:.2f} kg"


def type_size(lines: Sequence[str]) -> float:
    """The largest type size in points in which the address surely fits its field."""
    for size in SIZES:
        letters = int(FIELD_WIDTH / (size * LETTER_WIDTH))
        rows = sum(_rows(line, letters) for line in lines)
        if rows * size * LINE_HEIGHT <= FIELD_HEIGHT:
            return size
    return SIZES[-1]


def _rows(line: str, letters: int) -> int:
    """How many rows a line takes: broken between words, or by its width where it has none.

    A Chinese or Japanese letter is nearly twice as wide as a Latin one.
    """
    width = sum(1.7 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
    return max(len(wrap(line, letters)), ceil(width / letters))
