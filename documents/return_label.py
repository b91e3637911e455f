"""The label for sending goods back: A6, black only, the shop as receiver."""

from catalog.models import StoreSettings
from documents.codes import barcode_svg
from documents.label import BARCODE_WIDTH, type_size, weight_text
from documents.pdf import render_pdf
from orders.models import Return
from orders.services.invoices import seller_of


def render_return_label(return_: Return) -> bytes:
    """Return the A6 label of an approved return as a one-page PDF.

    The barcode carries the return's number, by which the parcel is recognised when it arrives;
    nothing on the label opens the order.
    """
    seller = seller_of(StoreSettings.current())
    receiver: list[str] = [seller["name"], *seller["address_lines"]]
    *lines, country = receiver
    contents = list(return_.lines.all())
    context = {
        "return": return_,
        "seller": seller,
        "lines": lines,
        "country": country,
        "size": type_size([*lines, country.upper()]),
        "sender": return_.order.delivery_address.lines,
        "pieces": sum(row.quantity for row in contents),
        "weight": weight_text(sum(row.quantity * row.line.weight_grams for row in contents)),
        "barcode": barcode_svg(return_.number, width_mm=BARCODE_WIDTH, height_mm=16),
    }
    return render_pdf("pdf/return_label.html", context)
