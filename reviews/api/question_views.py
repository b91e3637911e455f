"""Questions about products for programs."""

from collections import defaultdict

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.models import Product
from customers.access import signed_in
from ecommerce.lib.api import PageNumberPagination
from reviews.api.question_serializers import (
    AskedSerializer,
    NewQuestionSerializer,
    QuestionPageSerializer,
    QuestionSerializer,
)
from reviews.models import Answer, Question
from reviews.services.questions import ask_question

_QUESTION = "5b1c0d0e-2f2b-4a53-8a52-6f3d6a1b7c11"
_NEW = {"question": "Does a 15 inch laptop fit into it?"}
_ASKED = {"message": "Question received", "question_id": _QUESTION, "status": "Waiting"}
_SHOWN = {
    "question_id": _QUESTION,
    "question": "Does a 15 inch laptop fit into it?",
    "asked_by": "Ada",
    "asked_at": "2024-12-13T10:30:00Z",
    "answers": [
        {
            "answer_id": "9f6f2b7e-7a45-4f5c-9c5f-0a4b9c1d2e3f",
            "answer": "It does, up to 36 cm.",
            "by_shop": True,
            "answered_by": "",
            "answered_at": "2024-12-13T14:00:00Z",
        }
    ],
}
_PAGE = {"count": 1, "next": None, "previous": None, "results": [_SHOWN]}


class ProductQuestionsView(APIView):
    """What is asked about a product, and what the shop and its buyers answer."""

    permission_classes = [IsAuthenticatedOrReadOnly]
    route_class = "checkout"

    @extend_schema(
        operation_id="products_questions_list",
        responses=QuestionPageSerializer,
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
        examples=[OpenApiExample("A page", _PAGE, response_only=True)],
    )
    def get(self, request: Request, product_id: str) -> Response:
        """The published questions with their answers, the newest first."""
        product = get_object_or_404(Product.objects.published(), pk=product_id)
        pages = PageNumberPagination()
        found: list[Question] = (
            pages.paginate_queryset(Question.objects.for_product(product.pk), request, view=self) or []
        )
        answers: dict[str, list[Answer]] = defaultdict(list)
        if found:
            for answer in Answer.objects.under([question.pk for question in found]):
                answers[answer.question_id].append(answer)
        shown = QuestionSerializer(found, many=True, context={"answers": answers})
        return pages.get_paginated_response(shown.data)

    @extend_schema(
        operation_id="products_questions_create",
        request=NewQuestionSerializer,
        responses={201: AskedSerializer},
        examples=[
            OpenApiExample("A question", _NEW, request_only=True),
            OpenApiExample("Received", _ASKED, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request, product_id: str) -> Response:
        """Ask as the caller. It is shown once the shop has answered; the same words again are the same
        question."""
        product = get_object_or_404(Product.objects.published(), pk=product_id)
        given = NewQuestionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        text = given.validated_data["question"]
        question = ask_question(customer=signed_in(request), product=product, text=text)
        answer = {"question_id": question.pk, "status": question.get_status_display()}
        return Response({"message": "Question received", **answer}, status=201)
