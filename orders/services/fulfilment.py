"""Parcels leave, parcels arrive."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Sum
from django.utils import timezone

from catalog.services import inventory
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import BadInput
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Notification, Order, OrderLine, Shipment, ShipmentLine, ShippingMethod
from orders.services.collecting import place_in_words
from orders.services.events import record
from orders.services.invoices import issue_invoice
from orders.services.notifications import owe
from orders.services.orders import locked, move, wrong_state
from orders.services.picking import require_paid
from orders.services.webhook_data import tell_shipment
from webhooks.event_types import EventType


@retrying_atomic
def ship_order(
    *,
    order: Order,
    carrier: str,
    tracking_number: str = "",
    actor: Any = None,
    quantities: Mapping[int, int] | None = None,
    despite_balance: bool = False,
) -> Shipment:
    """Send a parcel with everything left, or with `quantities` (order line id -> pieces).

    The goods leave the stock that was held for the order; the shopper is told with the
    tracking number. What the shopper collects is put ready at its place instead: it has no
    carrier and no label, and the shopper is told to come. Raises WrongState unless the order is
    being processed, and (`balance_due`) while it waits for the rest of its money, which
    `despite_balance` lets pass; BadInput for an empty carrier or more pieces than are left to send.
    """
    carrier, tracking_number = carrier.strip(), tracking_number.strip()
    if place := order.pickup_address:
        carrier, tracking_number = place.name[:60], ""
    if not carrier:
        raise BadInput("Say which carrier takes the parcel.", field="carrier")
    order = locked(order)
    if order.status != Order.Status.PROCESSING:
        raise wrong_state(order, Order.Status.SHIPPED)
    if not despite_balance:
        require_paid(order)
    Order.objects.filter(pk=order.pk, picking_at=None).update(picking_at=timezone.now())
    order.refresh_from_db()
    lines = {line.pk: line for line in order.lines.select_for_update().order_by("pk")}
    parcel = _contents(lines, quantities)
    shipment = Shipment.objects.create(
        order=order,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_link(order, tracking_number),
        created_by=actor,
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=lines[pk], quantity=pieces) for pk, pieces in parcel.items()
    )
    for pk, pieces in parcel.items():
        OrderLine.objects.filter(pk=pk).update(quantity_shipped=F("quantity_shipped") + pieces)
    inventory.consume(
        reference=order.stock_reference,
        quantities={lines[pk].variant_id: pieces for pk, pieces in parcel.items()},
        actor=actor,
    )
    tell_shipment(shipment, EventType.SHIPMENT_CREATED)
    _advance(order, actor, shipment)
    issue_invoice(order=order)
    kinds = Notification.Kind
    owe(order=order, kind=kinds.ORDER_READY if place else kinds.ORDER_SHIPPED, key=str(shipment.pk))
    if not place:
        after_commit(task_named("documents.store_label"), shipment.pk)
    return shipment


def _contents(lines: Mapping[int, OrderLine], quantities: Mapping[int, int] | None) -> dict[int, int]:
    left = {pk: line.quantity - line.quantity_shipped for pk, line in lines.items()}
    parcel = {pk: n for pk, n in (left if quantities is None else quantities).items() if n}
    if not parcel:
        raise BadInput("There is nothing left to send.", code="nothing_to_ship")
    for pk, pieces in parcel.items():
        if pieces < 0 or pieces > left.get(pk, 0):
            raise BadInput("The parcel has more of a thing than is left to send.", code="too_many")
    return parcel


def close_when_all_left(order: Order) -> None:
    """A locked order that was changed after a parcel left: with nothing more to send, it is shipped."""
    if order.fulfilment_status != Order.FulfilmentStatus.PARTIAL or _left(order):
        return
    state = Order.FulfilmentStatus.FULFILLED
    move(order, Order.Status.SHIPPED, fulfilment_status=state, shipped_at=timezone.now())
    record(order=order, kind="shipped", message="Nothing more is to be sent")


def _left(order: Order) -> int:
    """How many pieces have yet to leave."""
    return order.lines.aggregate(n=Sum(F("quantity") - F("quantity_shipped")))["n"] or 0


def _advance(order: Order, actor: Any, shipment: Shipment) -> None:
    if _left(order):
        Order.objects.filter(pk=order.pk).update(fulfilment_status=Order.FulfilmentStatus.PARTIAL)
        message = f"A parcel with part of your order left with {shipment}"
        if order.is_collect:
            message = f"Part of your order is ready to collect at {place_in_words(order)}"
    else:
        state = Order.FulfilmentStatus.FULFILLED
        move(order, Order.Status.SHIPPED, fulfilment_status=state, shipped_at=timezone.now())
        message = f"Your order left with {shipment}"
        if order.is_collect:
            message = f"Ready to collect at {place_in_words(order)}"
    kind = "ready" if order.is_collect else "shipped"
    record(order=order, kind=kind, message=message[:300], actor=actor, data={"shipment": shipment.pk})


def tracking_link(order: Order, number: str) -> str:
    """The carrier's page for a parcel, from the order's delivery method; "" when unknown."""
    if not number:
        return ""
    method = (
        ShippingMethod.all_objects.filter(code=order.shipping_method).order_by("is_deleted", "-pk").first()
    )
    return method.tracking_url.replace("{number}", number) if method else ""


@retrying_atomic
def deliver_order(*, order: Order, actor: Any = None) -> Order:
    """The parcels have arrived, or the goods were collected. Repeating changes nothing.

    Raises WrongState unless shipped.
    """
    order = locked(order)
    if order.status == Order.Status.DELIVERED:
        return order
    now = timezone.now()
    move(order, Order.Status.DELIVERED, delivered_at=now)
    parcels = list(order.shipments.filter(delivered_at=None))
    order.shipments.filter(delivered_at=None).update(status=Shipment.Status.DELIVERED, delivered_at=now)
    for shipment in parcels:
        tell_shipment(shipment, EventType.SHIPMENT_DELIVERED)
    message = "Collected" if order.is_collect else "Delivered"
    record(order=order, kind="delivered", message=message, actor=actor)
    return order
