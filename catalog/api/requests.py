"""Wishes to be told when a sold-out product is back."""

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Product, Variant
from catalog.request_views import REQUESTS_PER_HOUR
from catalog.services import stock_requests
from catalog.services.choosing import choose_sku
from ecommerce.lib.ratelimit import client_address, count_try


class NotifyInputSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    sku = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="Which of several variants."
    )


class NotifyAnswerSerializer(serializers.Serializer):
    message = serializers.CharField()


class NotifyView(APIView):
    """ "Email me when it is back"."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="products_notify",
        request=NotifyInputSerializer,
        responses={202: NotifyAnswerSerializer},
        examples=[OpenApiExample("One variant", {"email": "kim@example.com"}, request_only=True)],
    )
    def post(self, request: Request, product_id: str) -> Response:
        """Note the wish. The answer is the same whether the address was known or not."""
        given = NotifyInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        variant = _variant(product_id, given.validated_data["sku"])
        count_try("notify", client_address(request), limit=REQUESTS_PER_HOUR, seconds=3600)
        stock_requests.ask(variant=variant, email=given.validated_data["email"])
        return Response({"message": f"We will email you when {variant.full_name} is back."}, status=202)


def _variant(product_id: str, sku: str) -> Variant:
    """The variant meant. Raises Http404 for none, VariantNeeded when there are several to choose from."""
    products = Product.objects.published().filter(pk=product_id)
    found = list(Variant.objects.live().select_related("product").filter(product__in=products)[:100])
    chosen = choose_sku([variant.sku for variant in found], sku)
    if not chosen:
        raise Http404
    return next(variant for variant in found if variant.sku == chosen)
