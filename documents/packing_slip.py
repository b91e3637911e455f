"""The packing slip of an order: what goes into the parcel, without a word about money."""

from documents.codes import barcode_svg
from documents.label import weight_text
from documents.pdf import render_pdf
from orders.models import Order


def render_packing_slip(order: Order) -> bytes:
    """Return the A5 packing slip of an order as a PDF of as many pages as it takes.

    Pieces that an earlier parcel took are named, so that nobody packs them twice.
    """
    lines = list(order.lines.all())
    context = {
        "order": order,
        "address_lines": order.delivery_address.lines,
        "lines": lines,
        "pieces": sum(line.quantity for line in lines),
        "weight": weight_text(sum(line.quantity * line.weight_grams for line in lines)),
        "barcode": barcode_svg(order.number, width_mm=47, height_mm=9),
    }
    return render_pdf("pdf/packing_slip.html", context)
