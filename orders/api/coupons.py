"""Setting up coupons, for programs of staff. What shoppers do with a code is in `carts`."""

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.errors import fields_called
from orders.api.access import is_staff
from orders.api.coupon_serializers import (
    CouponDeletedSerializer,
    CouponFilterSerializer,
    CouponInputSerializer,
    ShopCouponSerializer,
)
from orders.models import Discount
from orders.models.discount import normalise_code
from orders.services.discounts import change_coupon, create_coupon, delete_coupon, with_limits

_VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}
_PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]
_NEW = {
    "code": "flat20",
    "name": "Flat 20% off on plastic goods",
    "multiplier": 0.8,
    "upto": 0,
    "flatoff": 0,
}
_SAVED = {
    "id": 1,
    **_NEW,
    "kind": "percent",
    "minimum_spend": 0,
    "active_from": None,
    "active_until": None,
    "max_uses": None,
    "max_uses_per_customer": None,
    "uses": 0,
    "is_suspended": False,
    "has_more_terms": False,
}
_SHOWN = OpenApiExample("A coupon", _SAVED, response_only=True)
_SENT = [
    OpenApiExample("A fifth off", _NEW, request_only=True),
    OpenApiExample("5.00 off", {"code": "GIFT5", "name": "5 for you", "flatoff": 5}, request_only=True),
    _SHOWN,
]
_DELETED = {"message": "Coupon deleted successfully"}
# The fields of a discount, by what they are called here.
_NAMES = {"percent": "multiplier", "cap": "upto", "amount": "flatoff"}


class StaffWithDiscounts(BasePermission):
    """Staff with the permission on discounts that the method needs."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        verb = _VERBS.get(str(request.method), "view")
        return is_staff(request.user, f"orders.{verb}_discount")


class CouponsView(APIView):
    """The shop's coupons."""

    permission_classes = [IsAuthenticated, StaffWithDiscounts]
    pagination_class = PageNumberPagination

    @extend_schema(
        operation_id="coupons_list",
        parameters=[CouponFilterSerializer, *_PAGE],
        responses=ShopCouponSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List all discounts, the newest first, also those that a coupon cannot state."""
        wanted = CouponFilterSerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        rows = with_limits(Discount.objects.order_by("-pk"))
        if "code" in wanted.validated_data:
            rows = rows.filter(code_key=normalise_code(wanted.validated_data["code"]))
        pages = PageNumberPagination()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(ShopCouponSerializer(page, many=True).data)

    @extend_schema(
        operation_id="coupons_create",
        request=CouponInputSerializer,
        responses={201: ShopCouponSerializer},
        examples=_SENT,
    )
    def post(self, request: Request) -> Response:
        """Make a coupon. A code that is taken is refused with 409 `duplicate_code`."""
        given = CouponInputSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with fields_called(**_NAMES):
            made = create_coupon(given=given.validated_data, actor=request.user)
        return Response(ShopCouponSerializer(made).data, status=201)


class CouponView(APIView):
    """One coupon."""

    permission_classes = [IsAuthenticated, StaffWithDiscounts]

    @extend_schema(operation_id="coupons_retrieve", responses=ShopCouponSerializer, examples=[_SHOWN])
    def get(self, request: Request, coupon_id: str) -> Response:
        return Response(ShopCouponSerializer(_find(coupon_id)).data)

    @extend_schema(
        operation_id="coupons_update",
        request=CouponInputSerializer,
        responses=ShopCouponSerializer,
        examples=_SENT,
    )
    def put(self, request: Request, coupon_id: str) -> Response:
        """Replace a coupon: what is left out is as in a new one."""
        return _change(request, coupon_id, partial=False)

    @extend_schema(
        operation_id="coupons_partial_update",
        request=CouponInputSerializer,
        responses=ShopCouponSerializer,
        examples=[OpenApiExample("Suspend it", {"is_suspended": True}, request_only=True), _SHOWN],
    )
    def patch(self, request: Request, coupon_id: str) -> Response:
        """Change a coupon: what is left out stays.

        Discounts with more terms than a coupon has (buy some, get some; for products, categories,
        customers …) take `is_suspended` alone; anything else is 409 `has_more_terms`.
        """
        return _change(request, coupon_id, partial=True)

    @extend_schema(
        operation_id="coupons_destroy",
        responses={200: CouponDeletedSerializer},
        examples=[OpenApiExample("Deleted", _DELETED, response_only=True)],
    )
    def delete(self, request: Request, coupon_id: str) -> Response:
        """Delete a coupon. Orders that used it keep it, and its code can be given to another."""
        delete_coupon(discount=_find(coupon_id), actor=request.user)
        return Response(_DELETED)


def _change(request: Request, coupon_id: str, *, partial: bool) -> Response:
    discount = _find(coupon_id)
    given = CouponInputSerializer(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    with fields_called(**_NAMES):
        changed = change_coupon(discount=discount, given=given.validated_data, actor=request.user)
    return Response(ShopCouponSerializer(changed).data)


def _find(coupon_id: str) -> Discount:
    discount = with_limits(Discount.objects.all()).filter(pk=coupon_id).first()
    if discount is None:
        raise Http404
    return discount
