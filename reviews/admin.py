"""Moderation of reviews, and the shop's answers to them."""

from typing import ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from customers.access import signed_in
from ecommerce.lib.documents_admin import DocumentAdmin
from ecommerce.lib.errors import DomainError
from ecommerce.lib.field_rights import FieldRights
from reviews.models import Review
from reviews.question_admin import AnswerAdmin, QuestionAdmin  # noqa: F401 (registers)
from reviews.services import reviews
from reviews.survey_admin import SurveyAdmin  # noqa: F401 (registers)

_FACTS = [
    "product", "rating", "review", "tags", "photo", "customer_name", "customer_email", "order_number",
    "review_date", "status", "answered_at",
]  # fmt: skip


@admin.register(Review)
class ReviewAdmin(DocumentAdmin, FieldRights, ModelAdmin):
    """What customers wrote is theirs; staff publish, hold, reject, delete and answer."""

    field_rights: ClassVar = {
        "customer_email": "customers.view_user",
        "customer_id": "customers.view_user",
        "order_number": "orders.view_order",
    }

    list_display = [
        "shown_rating", "excerpt", "product_title", "customer_email", "shown_status", "verified",
        "review_date",
    ]  # fmt: skip
    list_display_links = ["shown_rating", "excerpt"]
    list_filter = ["status", "rating"]
    search_fields = ["product_title", "customer_email"]
    ordering = ["-review_date"]
    list_per_page = 50
    show_full_result_count = False
    actions = ["publish", "hold", "reject"]
    fields = [*_FACTS, "answer", "comments"]
    readonly_fields = _FACTS

    @display(description="Stars", ordering="rating")
    def shown_rating(self, review: Review) -> str:
        return f"{review.rating} of 5"

    @display(description="Review")
    def excerpt(self, review: Review) -> str:
        return review.review if len(review.review) <= 80 else f"{review.review[:79]}…"

    @display(
        description="Status",
        ordering="status",
        label={"Published": "success", "Waiting for approval": "warning", "Rejected": "danger"},
    )
    def shown_status(self, review: Review) -> str:
        return review.get_status_display()

    @display(description="Bought here", boolean=True)
    def verified(self, review: Review) -> bool:
        return review.is_verified

    @display(description="Product")
    def product(self, review: Review) -> str:
        url = reverse("admin:catalog_product_change", args=[review.product_id])
        return format_html('<a href="{}">{}</a>', url, review.product_title)

    @display(description="Photo")
    def photo(self, review: Review) -> str:
        if not review.file_path:
            return "None"
        return format_html('<a href="{}">Open the photo</a>', reverse("reviews:photo", args=[review.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.moderate_review")

    def save_model(self, request: HttpRequest, obj: Review, form: ModelForm, change: bool) -> None:
        if "comments" in form.changed_data:
            obj.save(update_fields=["comments", "modified_at"])
        if "answer" in form.changed_data:
            stored = Review.objects.get(pk=obj.pk)
            reviews.answer_review(review=stored, text=obj.answer, actor=signed_in(request))

    def delete_model(self, request: HttpRequest, obj: Review) -> None:
        reviews.delete_review(review=obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        for review in queryset:
            reviews.delete_review(review=review, actor=signed_in(request))

    @admin.action(description="Publish", permissions=["moderate"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, Review.Status.PUBLISHED)

    @admin.action(description="Hold back until approved", permissions=["moderate"])
    def hold(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, Review.Status.HELD)

    @admin.action(description="Reject", permissions=["moderate"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._moderate(request, queryset, Review.Status.REJECTED)

    def _moderate(self, request: HttpRequest, queryset: QuerySet[Review], status: str) -> None:
        done = 0
        for review in queryset:
            try:
                reviews.moderate(review=review, status=status, actor=signed_in(request))
                done += 1
            except DomainError as error:
                self.message_user(request, f"{review}: {error.message}", messages.ERROR)
        label = Review.Status(status).label.lower()
        self.message_user(request, f"{done} {'review is' if done == 1 else 'reviews are'} now {label}.")
