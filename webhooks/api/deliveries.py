"""What was sent to a webhook, a test, and sending again."""

from django.db.models import Prefetch
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import PageNumberPagination
from webhooks.api.access import StaffOnly, endpoint_for
from webhooks.api.serializers import DeliveryFilterSerializer, DeliverySerializer
from webhooks.api.views import PAGE
from webhooks.models import Attempt, Delivery
from webhooks.services import repeating


class DeliveriesView(APIView):
    """The log of a webhook."""

    permission_classes = [StaffOnly]
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="webhooks_deliveries",
        parameters=[DeliveryFilterSerializer, *PAGE],
        responses=DeliverySerializer(many=True),
    )
    def get(self, request: Request, webhook_id: str) -> Response:
        """List what was sent in the last 30 days, the newest first, with every try."""
        endpoint = endpoint_for(webhook_id)
        wanted = DeliveryFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = endpoint.deliveries.filter(**wanted.validated_data).order_by("-pk")
        log = Prefetch("log", Attempt.objects.order_by("-pk"))
        pages = PageNumberPagination()
        page = pages.paginate_queryset(rows.select_related("event").prefetch_related(log), request, view=self)
        return pages.get_paginated_response(DeliverySerializer(page, many=True).data)


class TestView(APIView):
    """A test of a webhook."""

    permission_classes = [StaffOnly]
    verb = "change"

    @extend_schema(operation_id="webhooks_test", request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, webhook_id: str) -> Response:
        """Send a `webhook.test` event; the list of deliveries says what became of it.

        Refused with 409 `switched_off` for a webhook that is not sent to.
        """
        delivery = repeating.send_test(endpoint=endpoint_for(webhook_id))
        return Response(DeliverySerializer(delivery).data, status=202)


class ReplayView(APIView):
    """An event once more."""

    permission_classes = [StaffOnly]
    verb = "change"

    @extend_schema(operation_id="webhooks_replay", request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, webhook_id: str, delivery_id: str) -> Response:
        """Send a delivery again, also one that arrived. The event keeps its id, the tries start over.

        Refused with 409 `switched_off` for a webhook that is not sent to.
        """
        rows = endpoint_for(webhook_id).deliveries.select_related("event", "endpoint")
        delivery: Delivery | None = rows.filter(pk=delivery_id).first()
        if delivery is None:
            raise Http404
        return Response(DeliverySerializer(repeating.replay(delivery=delivery)).data, status=202)
