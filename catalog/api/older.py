"""Products for programs that know them by name, price and quantity alone.

The same services as `/products`, under the names and shapes of an older cart's API.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Min, Sum
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import inputs
from catalog.api.older_serializers import (
    CrudProductAnswerSerializer,
    CrudProductChangeSerializer,
    CrudProductIdSerializer,
    CrudProductSerializer,
)
from catalog.api.permissions import StaffWrites
from catalog.api.serializers import DeletedSerializer
from catalog.models import Product, StockItem
from catalog.services.categories import category_named
from catalog.services.choosing import choose_sku
from catalog.services.editing import create_product, update_product
from catalog.services.products import delete_product
from ecommerce.lib.errors import NotFound, fields_called

_OTHER = "Other"
_ID = OpenApiParameter("id", int, description="The product. It may be sent in a JSON body instead.")
_SENT = {"name": "Smartphone", "price": 699.99, "quantity": 50}
_DONE = {"message": "Product created successfully", "id": 1} | _SENT
_CHANGED = _DONE | {"message": "Product updated successfully", "quantity": 40}
_DELETED = {"message": "Product deleted successfully"}


class CrudProductsView(APIView):
    """Products by `name`, `price` and `quantity`."""

    permission_classes = [StaffWrites]
    model = Product

    @extend_schema(
        operation_id="crudproducts_create",
        request=CrudProductSerializer,
        responses={201: CrudProductAnswerSerializer},
        examples=[
            OpenApiExample("A product", _SENT, request_only=True),
            OpenApiExample("Created", _DONE, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Add a product to the shelf, with one variant and so many pieces in stock."""
        given = CrudProductSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        fields = {"status": Product.Status.PUBLISHED, "store": inputs.default_store()}
        fields |= inputs.product_fields(data)
        if "category" not in fields:
            fields["category"] = category_named(_OTHER, actor=request.user)
        product = create_product(fields=fields, variants=inputs.new_variants(data), actor=request.user)
        return Response(_answer("Product created successfully", product), status=201)

    @extend_schema(
        operation_id="crudproducts_update",
        request=CrudProductChangeSerializer,
        responses=CrudProductAnswerSerializer,
        examples=[
            OpenApiExample("Fewer", {"id": 1, "quantity": 40}, request_only=True),
            OpenApiExample("Updated", _CHANGED, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        """Change a product's name, price or quantity; what is left out stays.

        `quantity` is how many can be sold; what customers were promised is kept beside it. 409
        `out_of_stock` when fewer lie where pieces are taken from.
        """
        given = CrudProductChangeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        product = _find(data["id"])
        sku = _sku(product, data)
        variants = inputs.changed_variants(product, data | {"sku": sku}) if sku else None
        with fields_called(change="quantity"):
            update_product(
                product=product, fields=inputs.product_fields(data), variants=variants, actor=request.user
            )
        return Response(_answer("Product updated successfully", product, sku=sku))

    @extend_schema(
        operation_id="crudproducts_destroy",
        parameters=[_ID],
        responses={200: DeletedSerializer},
        examples=[OpenApiExample("Deleted", _DELETED, response_only=True)],
    )
    def delete(self, request: Request) -> Response:
        """Delete a product. Carts that hold it are told."""
        given = CrudProductIdSerializer(data=request.data or request.query_params)
        given.is_valid(raise_exception=True)
        delete_product(product=_find(given.validated_data["id"]), actor=request.user)
        return Response(_DELETED)


def _find(product_id: int) -> Product:
    product = Product.objects.filter(pk=product_id).first()
    if product is None:
        raise Http404
    return product


def _sku(product: Product, data: Mapping[str, Any]) -> str:
    """The variant that a change is about; "" for one of the name alone that names none."""
    if not data["sku"] and "price" not in data and "stock_quantity" not in data:
        return ""
    skus = list(product.variants.values_list("sku", flat=True))
    chosen = choose_sku(skus, data["sku"])
    if not chosen:
        raise NotFound("This product has no such variant.", field="sku")
    return chosen


def _answer(message: str, product: Product, *, sku: str = "") -> dict[str, Any]:
    variants = product.variants.filter(sku=sku) if sku else product.variants.all()
    lying = StockItem.objects.filter(variant__in=variants, location__is_active=True)
    told = {
        "message": message,
        "id": product.pk,
        "name": product.name,
        "price": variants.order_by().aggregate(n=Min("price"))["n"] or product.price_min,
        "quantity": lying.aggregate(n=Sum(F("on_hand") - F("held"), default=0))["n"],
    }
    return CrudProductAnswerSerializer(told).data
