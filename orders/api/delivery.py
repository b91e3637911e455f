"""Ways of delivery for programs, before there is a cart."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer, ValidationError
from rest_framework.views import APIView

from orders.api.cart_serializers import ShippingMethodSerializer
from orders.forms.try_delivery import TryDeliveryForm

_ASKED = [
    OpenApiParameter("country", str, required=True, description="ISO code of where it goes."),
    OpenApiParameter("postal_code", str, description="Some places cost more than their country."),
    OpenApiParameter("weight_grams", int, required=True, description="Of all goods together."),
    OpenApiParameter("subtotal", float, required=True, description="Worth of the goods without discounts."),
    OpenApiParameter("quantity", int, description="Pieces; 1 when left out."),
]


class DeliveryOffersSerializer(Serializer):
    """Parcels first, the cheapest first; empty where nothing is delivered."""

    offers = ShippingMethodSerializer(many=True)


class DeliveryView(APIView):
    """What delivery costs and when it arrives. Open to all."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="delivery_retrieve",
        parameters=_ASKED,
        responses={200: DeliveryOffersSerializer},
    )
    def get(self, request: Request) -> Response:
        """List the ways of delivery for goods that go to a place, when they are ordered now.

        Promised days are for goods in stock; the cart knows better what is in it.
        """
        asked = {name: request.query_params.get(name, "") for name in TryDeliveryForm.base_fields}
        asked |= {"country": asked["country"].upper(), "quantity": asked["quantity"] or "1"}
        form = TryDeliveryForm(asked)
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in words] for name, words in form.errors.items()})
        return Response(DeliveryOffersSerializer({"offers": form.options()}).data)
