"""Reviews for programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Product
from customers.access import signed_in
from customers.api.serializers import MessageSerializer
from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_formats import JSONParser
from ecommerce.lib.documents_store import or_unavailable
from ecommerce.lib.errors import NotFound
from reviews.access import own_review, unavailable
from reviews.api.serializers import (
    AddedSerializer,
    KeptReviewSerializer,
    NewReviewSerializer,
    ReviewPageSerializer,
    ReviewSerializer,
)
from reviews.models import Review
from reviews.services import reviews
from reviews.services.ratings import distribution, summarise

_WRITER = "7d3a6c1e-6f0b-4f0e-9d57-2f6e6f0c9a11"
_REVIEW = "3f0e7a52-7a45-4f5c-9c5f-0a4b9c1d2e3f"
_NEW = {"customer_id": _WRITER, "product_id": 1, "review": "Great product!", "rating": 5}
_ADDED = {"message": "Review added successfully", "review_id": _REVIEW}
_KEPT = {"message": "Review kept, it will appear soon", "review_id": _REVIEW, "status": "kept"}
_SAID = {
    "review_id": _REVIEW,
    "customer_id": _WRITER,
    "review": "Great product!",
    "rating": 5,
    "review_date": "2024-12-13T10:30:00Z",
    "verified": True,
    "tags": [],
    "answer": "",
}
_PAGE = {
    "reviews": [_SAID],
    "average": 5.0,
    "count": 1,
    "distribution": {"5": 1, "4": 0, "3": 0, "2": 0, "1": 0},
    "next": None,
    "previous": None,
}


class AddReviewView(APIView):
    """Write a review as the customer named by `customer_id`, who must be the caller.

    202 while reviews cannot be stored: it is kept and appears, under this id, once they can.
    """

    permission_classes = [IsAuthenticated]
    route_class = "checkout"
    parser_classes = [JSONParser, MultiPartParser, FormParser]

    @extend_schema(
        request=NewReviewSerializer,
        responses={201: AddedSerializer, 202: KeptReviewSerializer},
        examples=[
            OpenApiExample("A review", _NEW, request_only=True),
            OpenApiExample("Added", _ADDED, response_only=True, status_codes=["201"]),
            OpenApiExample("Kept", _KEPT, response_only=True, status_codes=["202"]),
        ],
    )
    def post(self, request: Request) -> Response:
        given = NewReviewSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        customer = signed_in(request)
        if data["customer_id"] != customer.customer_id:
            raise NotFound("There is no such customer.", field="customer_id")
        product = Product.objects.published().filter(pk=data["product_id"]).first()
        if product is None:
            raise NotFound("There is no such product.", field="product_id")
        review = reviews.add_review(
            customer=customer,
            product=product,
            text=data["review"],
            rating=data["rating"],
            tags=data["tags"],
            photo=data["photo"],
        )
        if review.is_kept:
            return Response({**_KEPT, "review_id": str(review.pk)}, status=202)
        return Response({"message": "Review added successfully", "review_id": review.pk}, status=201)


class ProductReviewsView(APIView):
    """What customers say of a product."""

    permission_classes = [AllowAny]

    @extend_schema(
        responses=ReviewPageSerializer,
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        examples=[OpenApiExample("What customers say", _PAGE, response_only=True)],
    )
    def get(self, request: Request, product_id: str) -> Response:
        product = get_object_or_404(Product.objects.published(), pk=product_id)
        pages = PageNumberPagination()
        with or_unavailable(unavailable()):
            counts = distribution(product.pk)
            page: list[Review] | None = pages.paginate_queryset(
                Review.objects.for_product(product.pk), request, view=self
            )
        average, count = summarise(counts)
        return Response(
            {
                "reviews": ReviewSerializer(page, many=True).data,
                "average": average,
                "count": count,
                "distribution": counts,
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
            }
        )


class ReviewView(APIView):
    """One review."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"

    @extend_schema(
        responses=MessageSerializer,
        examples=[OpenApiExample("Deleted", {"message": "Review deleted successfully"}, response_only=True)],
    )
    def delete(self, request: Request, review_id: str) -> Response:
        reviews.delete_review(review=own_review(request, review_id), actor=signed_in(request))
        return Response({"message": "Review deleted successfully"})
