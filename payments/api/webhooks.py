"""Where gateways send their messages."""

from django.http import Http404
from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import TooLarge
from payments import gateways
from payments.services.events import handle_event

MAX_BYTES = 512 * 1024


class WebhookView(APIView):
    """A message of a payment gateway, signed by it. Anybody else's is refused."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    route_class = None  # the gateway repeats what was not answered

    @extend_schema(
        operation_id="payments_webhook",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, gateway: str) -> Response:
        """Book a message once. The gateway repeats what is not answered with 2xx.

        The signature is over the body as it was sent, so nothing of it is parsed before.
        """
        if gateway not in gateways.online_codes() or not gateways.get(gateway).is_configured():
            raise Http404
        body = request._request.body
        if len(body) > MAX_BYTES:
            raise TooLarge("This message is too long.")
        event = gateways.get(gateway).parse_event(headers=request._request.headers, body=body)
        is_new = handle_event(gateway=gateway, event=event)
        return Response({"received": True, "known": not is_new})
