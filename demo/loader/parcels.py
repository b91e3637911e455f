"""Parcels of the demo's orders."""

from typing import TYPE_CHECKING

from demo.loader.bulk import Writer
from demo.loader.rates import TRACKING
from orders.models import Shipment, ShipmentLine

if TYPE_CHECKING:
    from demo.loader.orders import Purchase

PARCEL_MODELS = (Shipment, ShipmentLine)


def send_parcel(writer: Writer, purchase: "Purchase", *, owner: int) -> Shipment | None:
    """Write the order's parcel with what has left, if any has; return it unsaved, with its key."""
    draft, story = purchase.draft, purchase.draft.story
    if story.shipped_at is None:
        return None
    number = f"003404341{draft.index + 61_803_398:011d}"
    fields = {
        "status": Shipment.Status.DELIVERED if story.delivered_at else Shipment.Status.SHIPPED,
        "carrier": purchase.method.carrier,
        "tracking_number": number,
        "tracking_url": TRACKING.replace("{number}", number),
        "shipped_at": story.shipped_at,
        "delivered_at": story.delivered_at,
        "created_at": story.shipped_at,
        "modified_at": story.delivered_at or story.shipped_at,
    }
    key = writer.add(Shipment, order_id=purchase.order, created_by_id=owner, **fields)
    for line, line_key in zip(draft.lines, purchase.line_keys, strict=True):
        if line.shipped:
            writer.add(ShipmentLine, shipment_id=key, line_id=line_key, quantity=line.shipped)
    return Shipment(pk=key, **fields)
