"""Webhooks for programs: made, read, changed, deleted; their secrets replaced."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_etags import unchanged, versioned
from webhooks.api.access import StaffOnly, endpoint_for
from webhooks.api.serializers import (
    EventTypeSerializer,
    NewWebhookSerializer,
    WebhookChangeSerializer,
    WebhookDeletedSerializer,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from webhooks.event_types import EventType
from webhooks.models import Endpoint
from webhooks.services import subscribing

PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]
_NEW = {
    "url": "https://erp.example.com/hooks/shop",
    "events": ["order.paid", "stock.changed"],
    "description": "Warehouse",
}
# A secret lies in no cache.
_NOT_KEPT = {"Cache-Control": "no-store"}


class WebhooksView(APIView):
    """All webhooks."""

    permission_classes = [StaffOnly]
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="webhooks_list", parameters=PAGE, responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the webhooks, the oldest first."""
        pages = PageNumberPagination()
        rows: QuerySet[Endpoint] = Endpoint.objects.order_by("pk")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(WebhookSerializer(page, many=True).data)

    @extend_schema(
        operation_id="webhooks_create",
        request=NewWebhookSerializer,
        responses={201: WebhookWithSecretSerializer},
        examples=[OpenApiExample("A webhook", _NEW, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Have events sent to an address. The answer has the secret that signs them, this once.

        An address inside a private network is refused (`bad_address`), one that has a webhook
        already too (409 `already_subscribed`), so that repeating a request makes no second one.
        """
        given = NewWebhookSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        endpoint, secret = subscribing.subscribe(**given.validated_data, actor=request.user)
        return Response(with_secret(endpoint, secret), status=201, headers=_NOT_KEPT)


class WebhookView(APIView):
    """One webhook."""

    permission_classes = [StaffOnly]
    has_versions = True

    @extend_schema(operation_id="webhooks_retrieve", responses=WebhookSerializer)
    def get(self, request: Request, webhook_id: str) -> Response:
        """Show a webhook, without its secret."""
        return versioned(request, describe(endpoint_for(webhook_id)))

    @extend_schema(
        operation_id="webhooks_update",
        request=WebhookChangeSerializer,
        responses=WebhookSerializer,
        examples=[OpenApiExample("Switch off", {"active": False}, request_only=True)],
    )
    def patch(self, request: Request, webhook_id: str) -> Response:
        """Change the address, the events or the description; switch off and on.

        With `If-Match` only when it is still as it was read (412 `changed_since`).
        """
        endpoint = endpoint_for(webhook_id)
        given = WebhookChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        check = unchanged(request, lambda: describe(endpoint_for(webhook_id)))
        changed = subscribing.change(
            endpoint=endpoint, actor=request.user, check=check, **given.validated_data
        )
        return versioned(request, describe(changed))

    @extend_schema(operation_id="webhooks_destroy", responses={200: WebhookDeletedSerializer})
    def delete(self, request: Request, webhook_id: str) -> Response:
        """Delete a webhook: nothing more is sent there."""
        endpoint = endpoint_for(webhook_id)
        check = unchanged(request, lambda: describe(endpoint_for(webhook_id)))
        subscribing.unsubscribe(endpoint=endpoint, actor=request.user, check=check)
        return Response({"message": "Webhook deleted successfully"})


class RotateView(APIView):
    """The secret of a webhook."""

    permission_classes = [StaffOnly]
    verb = "change"

    @extend_schema(operation_id="webhooks_rotate", request=None, responses=WebhookWithSecretSerializer)
    def post(self, request: Request, webhook_id: str) -> Response:
        """Replace the secret. The answer has the new one, this once; the old one signs too for a day."""
        endpoint = endpoint_for(webhook_id)
        secret = subscribing.rotate(endpoint=endpoint, actor=request.user)
        return Response(with_secret(endpoint_for(webhook_id), secret), headers=_NOT_KEPT)


class EventTypesView(APIView):
    """What a webhook can be told of."""

    permission_classes = [StaffOnly]

    @extend_schema(operation_id="webhooks_events", responses=EventTypeSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the types of events, each with a sentence on when it is sent."""
        return Response([{"type": value, "description": words} for value, words in EventType.choices])


def describe(endpoint: Endpoint) -> dict[str, Any]:
    """A webhook as the API shows it."""
    return WebhookSerializer(endpoint).data


def with_secret(endpoint: Endpoint, secret: str) -> dict[str, Any]:
    return describe(endpoint) | {"secret": secret}
