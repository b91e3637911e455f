"""What is in an order, changed by staff through programs: looked at first, then confirmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Variant
from ecommerce.lib.errors import DomainError
from orders.api.access import CHANGE_ORDERS, is_staff, order_for
from orders.api.orders import describe_order
from orders.api.repeats import KEY, keep, repeat_key, respond
from orders.models import Order
from orders.pricing import Quote
from orders.services.editing import Edit, edit_by_sku, edit_of_key, preview_edit
from orders.services.idempotency import Answer, answer_resumably
from payments.api.edit_serializers import OrderEditedSerializer, OrderEditSerializer
from payments.services.changing import edit_and_settle, require_right_to_settle

_LOOK = {"items": [{"sku": "MUG-BLUE", "quantity": 2}], "reason": "As agreed by phone"}
_CONFIRM = _LOOK | {"confirmed_total": 43.90, "revision": 0}


class OrderItemsView(APIView):
    """The lines of an order. Staff change them until all of it has left."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        operation_id="orders_items_update",
        parameters=[KEY],
        request=OrderEditSerializer,
        responses=OrderEditedSerializer,
        examples=[
            OpenApiExample("What would it cost?", _LOOK, request_only=True),
            OpenApiExample("Change it", _CONFIRM, request_only=True),
        ],
    )
    def put(self, request: Request, order_id: str) -> Response:
        """Say what an order would cost with other lines, or change it when that is confirmed.

        The difference is asked for by email or sent back, which takes the permission to refund.
        An order or a total that is another one by now is refused with 409.
        """
        order = order_for(request, order_id)
        if not is_staff(request.user, CHANGE_ORDERS):
            raise PermissionDenied
        given = OrderEditSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        with _fields_as_sent():
            if "revision" not in data:
                preview = preview_edit(order=order, edit=_edit(order, data), actor=request.user)
                return Response(_describe(preview.quote, old=preview.old_total, revision=preview.revision))

            def apply(key: str) -> Answer:
                return keep(200, _apply(order, data, request.user, key))

            return respond(answer_resumably(repeat=repeat_key(request), work=apply))


def _edit(order: Order, data: dict[str, Any], key: str = "") -> Edit:
    return edit_by_sku(
        order=order,
        items=[(item["sku"], item["quantity"]) for item in data["items"]],
        reason=data["reason"],
        new_delivery=data["new_delivery"],
        key=key,
    )


def _apply(order: Order, data: dict[str, Any], actor: Any, key: str) -> dict[str, Any]:
    """Change the order, once for each key: a request that was cut off, or raced by itself, is told
    what it did, and not that somebody else was faster."""
    total, edit = data["confirmed_total"], _edit(order, data, key)
    require_right_to_settle(order=order, new_total=total, actor=actor)
    try:
        edit_and_settle(order=order, edit=edit, revision=data["revision"], confirmed_total=total, actor=actor)
    except DomainError as error:
        if error.code != "order_changed" or edit_of_key(order, key) is None:
            raise
    made = edit_of_key(order, key)
    old = Decimal(made.data["total"][0]) if made else order.total
    done = Order.objects.get(pk=order.pk)
    return _describe(done.quoted, old=old, revision=done.revision, order=done)


def _describe(quote: Quote, *, old: Decimal, revision: int, order: Order | None = None) -> dict[str, Any]:
    skus = dict(Variant.objects.filter(pk__in=[line.key for line in quote.lines]).values_list("pk", "sku"))
    found = {
        "applied": order is not None,
        "revision": revision,
        "old_total": old,
        "difference": quote.total - old,
        "items": [{"sku": skus.get(line.key, ""), "line": line} for line in quote.lines],
        "quote": quote,
        "order": None,
    }
    answer = OrderEditedSerializer(found).data
    return {**answer, "order": describe_order(order) if order else None}


@contextmanager
def _fields_as_sent() -> Iterator[None]:
    """Name what is wrong by the field programs send, where the services name the page's."""
    try:
        yield
    except DomainError as error:
        if error.field.startswith(("quantity", "add_")):
            error.field = "items"
        raise
