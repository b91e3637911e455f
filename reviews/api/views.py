"""Reviews for programs."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
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
from ecommerce.lib.errors import NotFound
from reviews.access import own_review
from reviews.api.serializers import (
    AddedSerializer,
    NewReviewSerializer,
    ReviewPageSerializer,
    ReviewSerializer,
)
from reviews.models import Review
from reviews.services import reviews
from reviews.services.ratings import distribution, summarise


class AddReviewView(APIView):
    """Write a review as the customer named by `customer_id`, who must be the caller."""

    permission_classes = [IsAuthenticated]
    route_class = "checkout"
    parser_classes = [JSONParser, MultiPartParser, FormParser]

    @extend_schema(request=NewReviewSerializer, responses={201: AddedSerializer})
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
        return Response({"message": "Review added successfully", "review_id": review.pk}, status=201)


class ProductReviewsView(APIView):
    """What customers say of a product."""

    permission_classes = [AllowAny]

    @extend_schema(
        responses=ReviewPageSerializer,
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
    )
    def get(self, request: Request, product_id: str) -> Response:
        product = get_object_or_404(Product.objects.published(), pk=product_id)
        counts = distribution(product.pk)
        average, count = summarise(counts)
        pages = PageNumberPagination()
        page: list[Review] | None = pages.paginate_queryset(
            Review.objects.for_product(product.pk), request, view=self
        )
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

    @extend_schema(responses=MessageSerializer)
    def delete(self, request: Request, review_id: str) -> Response:
        reviews.delete_review(review=own_review(request, review_id), actor=signed_in(request))
        return Response({"message": "Review deleted successfully"})
