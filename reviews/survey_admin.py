"""Surveys for staff: what was answered, to read, and what it comes to. Nothing is changed here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import display

from ecommerce.lib import documents_store
from ecommerce.lib.documents_admin import DocumentAdmin
from ecommerce.lib.field_rights import FieldRights
from ecommerce.lib.read_only_admin import ReadOnly
from reviews.figures import survey_figures
from reviews.models import Survey


class ScoreFilter(admin.SimpleListFilter):
    title, parameter_name = "recommending", "score"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "0 to 6"), ("middle", "7 and 8"), ("high", "9 and 10")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet | None:
        match self.value():
            case "low":
                return queryset.filter(recommend__lte=6)
            case "middle":
                return queryset.filter(recommend__in=[7, 8])
            case "high":
                return queryset.filter(recommend__gte=9)
        return None


@admin.register(Survey)
class SurveyAdmin(DocumentAdmin, FieldRights, ReadOnly, ModelAdmin):
    """The answers, the newest first; what was only asked is not listed."""

    field_rights: ClassVar = {
        "customer_email": "customers.view_user",
        "order_number": "orders.view_order",
    }
    list_before_template = "reviews/admin/_figures_panel.html"
    list_display = ["shown_overall", "recommend", "shown_delivery", "excerpt", "order_number", "answered_at"]
    list_display_links = ["shown_overall"]
    list_filter = ["overall", ScoreFilter, "delivery"]
    search_fields = ["order_number", "comment"]
    ordering = ["-answered_at"]
    list_per_page = 50
    show_full_result_count = False
    fields = [
        "shown_overall", "recommend", "shown_delivery", "comment", "order_number", "customer_email",
        "delivered_at", "sent_at", "answered_at", "changed_at",
    ]  # fmt: skip
    readonly_fields = fields

    @display(description="All in all", ordering="overall")
    def shown_overall(self, survey: Survey) -> str:
        return f"{survey.overall} of 5"

    @display(description="Delivery", ordering="delivery")
    def shown_delivery(self, survey: Survey) -> str:
        return "" if survey.delivery is None else f"{survey.delivery} of 5"

    @display(description="Comment")
    def excerpt(self, survey: Survey) -> str:
        return survey.comment if len(survey.comment) <= 80 else f"{survey.comment[:79]}…"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return super().get_queryset(request).exclude(answered_at=None)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponseBase:
        try:
            figures = survey_figures(now=timezone.now())
        except documents_store.ERRORS as error:
            documents_store.tell(error, "figures of surveys")
            figures = []
        return super().changelist_view(request, (extra_context or {}) | {"survey_figures": figures})
