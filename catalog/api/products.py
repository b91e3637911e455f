"""Products for programs."""

from typing import Any

from django.db.models import F, Sum
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import examples, inputs
from catalog.api.permissions import StaffWrites, may
from catalog.api.queries import ORDERINGS, listed_products, product_rows, visible_products, with_details
from catalog.api.serializers import (
    AvailabilitySerializer,
    DeletedSerializer,
    ProductInputSerializer,
    ProductSearchSerializer,
    ProductSerializer,
    ProductSummarySerializer,
)
from catalog.models import Product, StockItem
from catalog.services.editing import VariantData, create_product, update_product
from catalog.services.products import delete_product
from catalog.services.search import search
from catalog.services.stock_levels import backorder_left
from catalog.shelf import Ranked
from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_etags import unchanged, versioned
from ecommerce.lib.errors import NotFound

_PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]
_FILTERS = [
    OpenApiParameter("search", str, description="Words; results are ranked unless `ordering` is given."),
    OpenApiParameter("category", str, description="Id or slug; includes its subcategories."),
    OpenApiParameter("store", str, many=True, description="Id or slug; may be repeated."),
    OpenApiParameter("min_price", float),
    OpenApiParameter("max_price", float),
    OpenApiParameter("in_stock", bool),
    OpenApiParameter("rating", float, description="At least this average rating."),
    OpenApiParameter("attr_colour", str, many=True, description="`attr_<code>` for any attribute."),
    OpenApiParameter("ordering", str, enum=list(ORDERINGS)),
    *_PAGE,
]


class ProductsView(APIView):
    """The shelf, and adding to it."""

    permission_classes = [StaffWrites]
    pagination_class = PageNumberPagination
    model = Product
    has_versions = True

    @extend_schema(
        operation_id="products_list",
        parameters=_FILTERS,
        responses=ProductSummarySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the products on the shelf; every filter narrows the list further."""
        pages = PageNumberPagination()
        page: Any = pages.paginate_queryset(product_rows(request), request, view=self)
        rows = ProductSummarySerializer(page, many=True).data
        return versioned(request, pages.get_paginated_response(rows).data)

    @extend_schema(
        operation_id="products_create",
        request=ProductInputSerializer,
        responses={201: ProductSerializer},
        examples=[examples.NEW_PRODUCT, examples.PRODUCT],
    )
    def post(self, request: Request) -> Response:
        """Add a product with its variants. It is on the shelf at once, unless `status` says otherwise."""
        data = _read(request)
        fields = {"status": Product.Status.PUBLISHED, "store": None} | inputs.product_fields(data)
        fields["store"] = fields["store"] or inputs.default_store()
        product = create_product(fields=fields, variants=inputs.new_variants(data), actor=request.user)
        return versioned(request, _detail(product.pk), status=201)


class ProductSearchView(APIView):
    """Search that forgives typos."""

    permission_classes = [StaffWrites]
    model = Product
    has_versions = True

    @extend_schema(
        operation_id="products_search",
        parameters=[OpenApiParameter("q", str, required=True), *_PAGE],
        responses=ProductSearchSerializer,
    )
    def get(self, request: Request) -> Response:
        query = request.query_params.get("q", "").strip()
        if not query:
            raise ValidationError({"q": ["Say what to search for."]})
        result = search(query)
        rows = Ranked(listed_products().filter(pk__in=result.product_ids), result.product_ids)
        pages = PageNumberPagination()
        page = pages.paginate_queryset(rows, request, view=self)
        rows_shown = ProductSummarySerializer(page, many=True).data
        data = pages.get_paginated_response(rows_shown).data
        return versioned(request, data | {"did_you_mean": result.did_you_mean or None})


class ProductView(APIView):
    """One product."""

    permission_classes = [StaffWrites]
    model = Product
    has_versions = True

    @extend_schema(operation_id="products_retrieve", responses=ProductSerializer, examples=[examples.PRODUCT])
    def get(self, request: Request, product_id: str) -> Response:
        """Show a product with its variants and pictures. Staff also see what is not published."""
        product = with_details(visible_products(request)).filter(pk=product_id).first()
        if product is None:
            raise Http404
        return versioned(request, ProductSerializer(product).data)

    @extend_schema(
        operation_id="products_update",
        request=ProductInputSerializer,
        responses=ProductSerializer,
        examples=[examples.NEW_PRODUCT, examples.PRODUCT],
    )
    def put(self, request: Request, product_id: str) -> Response:
        """Replace a product. Variants that are not listed are deleted; a simple product keeps its one."""
        product, data = _find(product_id), _read(request)
        variants = inputs.replaced_variants(product, data)
        return self._update(request, product, data, variants, replace=variants is not None)

    @extend_schema(
        operation_id="products_partial_update",
        request=ProductInputSerializer,
        responses=ProductSerializer,
        examples=[examples.PRODUCT_CHANGE, examples.PRODUCT],
    )
    def patch(self, request: Request, product_id: str) -> Response:
        """Change single fields, and variants by their SKU: known ones are changed, others added."""
        product, data = _find(product_id), _read(request, partial=True)
        return self._update(request, product, data, inputs.changed_variants(product, data))

    @extend_schema(
        operation_id="products_destroy", responses=DeletedSerializer, examples=[examples.PRODUCT_DELETED]
    )
    def delete(self, request: Request, product_id: str) -> Response:
        """Take a product off the shelf for good; carts that hold it are told."""
        product = _find(product_id)
        check = unchanged(request, lambda: _detail(product.pk))
        delete_product(product=product, actor=request.user, check=check)
        return Response({"message": "Product deleted successfully"})

    def _update(
        self,
        request: Request,
        product: Product,
        data: dict[str, Any],
        variants: list[VariantData] | None,
        *,
        replace: bool = False,
    ) -> Response:
        update_product(
            product=product,
            fields=inputs.product_fields(data),
            variants=variants,
            replace_variants=replace,
            actor=request.user,
            check=unchanged(request, lambda: _detail(product.pk)),
        )
        return versioned(request, _detail(product.pk))


class AvailabilityView(APIView):
    """How many of a product, or of one of its SKUs, can be bought now."""

    permission_classes = [StaffWrites]
    model = Product
    has_versions = True

    @extend_schema(
        operation_id="inventory_availability",
        parameters=[OpenApiParameter("sku", str)],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request, product_id: str) -> Response:
        product = visible_products(request).filter(pk=product_id).first()
        if product is None:
            raise Http404
        variants = product.variants.live()
        if sku := request.query_params.get("sku"):
            variants = variants.filter(sku=sku)
            if not variants.exists():
                raise Http404
        items = StockItem.objects.filter(variant__in=variants, location__is_active=True)
        total = items.aggregate(on_hand=Sum("on_hand", default=0), held=Sum("held", default=0))
        later = variants.aggregate(n=Sum(backorder_left(), default=0))["n"]
        available = items.aggregate(free=Sum(F("on_hand") - F("held"), default=0))["free"]
        told = total if may(request, "view", "stockitem") else {}
        data = {"product_id": product.pk, "available": available, "backorder": later, **told}
        return versioned(request, data)


def _read(request: Request, *, partial: bool = False) -> dict[str, Any]:
    given = ProductInputSerializer(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _find(product_id: str) -> Product:
    product = Product.objects.filter(pk=product_id).first()
    if product is None:
        raise Http404
    return product


def _detail(product_id: int) -> dict[str, Any]:
    """What a GET answers now. Raises NotFound when it was deleted a moment ago."""
    rows = with_details(Product.objects.select_related("category__parent", "store"))
    product = rows.filter(pk=product_id).first()
    if product is None:
        raise NotFound("Somebody has deleted this meanwhile.")
    return ProductSerializer(product).data
