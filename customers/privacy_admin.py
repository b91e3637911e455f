"""For staff: who agreed to what, and who asked for their data or for its erasure."""

from collections.abc import Iterator

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from customers.access import signed_in
from customers.erasure_forms import GuestErasureForm
from customers.models import Consent, PersonalDataRequest
from customers.services import consents, data_requests
from ecommerce.lib.errors import DomainError
from ecommerce.lib.read_only_admin import ReadOnly
from ecommerce.lib.spreadsheets import stream_csv

MAY_ERASE = "customers.change_personaldatarequest"


class OnlyLook(ReadOnly, ModelAdmin):
    """Rows that nobody writes by hand."""

    show_full_result_count = False
    list_per_page = 50


@admin.register(Consent)
class ConsentAdmin(OnlyLook):
    """The log of what people agreed to; whoever may see it may export who wants news by email."""

    list_display = ["email", "shown_kind", "given", "where", "version", "at"]
    list_filter = ["kind", "given", "at"]
    search_fields = ["email", "where"]
    actions_list = ["export_news"]
    fields = ["customer", "email", "kind", "given", "wording", "version", "where", "address", "at"]
    readonly_fields = fields

    @display(description="Kind", ordering="kind")
    def shown_kind(self, consent: Consent) -> str:
        return consent.get_kind_display()

    @action(description="Who wants news (CSV)", url_path="to-news", permissions=["view"])
    def export_news(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:customers_consent_news")

    def get_urls(self) -> list[URLPattern]:
        news = path("news.csv", self.admin_site.admin_view(self.news), name="customers_consent_news")
        return [news, *super().get_urls()]

    def news(self, request: HttpRequest) -> HttpResponseBase:
        """One row for each confirmed address, with the link that ends news to it; goes on record."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _news(request)


@require_safe
def _news(request: HttpRequest) -> HttpResponseBase:
    LogEntry.objects.create(
        user=signed_in(request),
        content_type=ContentType.objects.get_for_model(Consent),
        object_repr="News by email",
        action_flag=CHANGE,
        change_message="Exported who wants news by email.",
    )
    header = ["Email", "Agreed on", "Where", "Words", "List-Unsubscribe"]
    return stream_csv("news-by-email.csv", header, _news_rows())


def _news_rows() -> Iterator[list[str]]:
    for row in consents.who_agreed().iterator(chunk_size=500):
        end = reverse("customers:unsubscribe", args=[consents.unsubscribe_key(row.email)])
        yield [row.email, row.at.date().isoformat(), row.where, row.wording, f"{settings.SITE_URL}{end}"]


@admin.register(PersonalDataRequest)
class PersonalDataRequestAdmin(OnlyLook):
    """What is owed to whom. Erasing a customer begins on their own page, a guest here."""

    list_display = ["pk", "kind", "shown_who", "shown_status", "requested_at", "done_at"]
    list_filter = ["kind", "status"]
    list_select_related = ["customer", "requested_by"]
    search_fields = ["email", "customer__email", "public_id"]
    actions = ["call_off"]
    actions_list = ["erase_guest_button"]
    fields = [
        "kind", "status", "customer", "email", "requested_by", "reason", "waiting_for", "requested_at",
        "done_at", "expires_at", "told_at", "attempts", "last_error",
    ]  # fmt: skip
    readonly_fields = fields

    @display(description="Who")
    def shown_who(self, request: PersonalDataRequest) -> str:
        return str(request.customer or request.email)

    @display(
        description="Status",
        ordering="status",
        label={
            "Being prepared": "info", "Waiting": "warning", "Being erased": "warning",
            "Ready to fetch": "success", "Erased": "success",
        },
    )  # fmt: skip
    def shown_status(self, request: PersonalDataRequest) -> str:
        return request.get_status_display()

    def has_erase_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm(MAY_ERASE)

    @admin.action(description="Call off erasures that have not begun", permissions=["erase"])
    def call_off(self, request: HttpRequest, queryset: QuerySet[PersonalDataRequest]) -> None:
        for found in queryset.filter(kind=PersonalDataRequest.Kind.ERASE):
            try:
                data_requests.cancel_erasure(request=found)
            except DomainError as error:
                self.message_user(request, f"{found}: {error.message}", messages.ERROR)
            else:
                self.log_change(request, found, "Called off.")
                self.message_user(request, f"{found}: called off.")

    @action(description="Erase a guest", url_path="to-guest", permissions=["erase"])
    def erase_guest_button(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:customers_guest_erase")

    def get_urls(self) -> list[URLPattern]:
        guest = path("guest/", self.admin_site.admin_view(self.erase_guest), name="customers_guest_erase")
        return [guest, *super().get_urls()]

    def erase_guest(self, request: HttpRequest) -> HttpResponse:
        """By email address, for who never had an account: says what goes and asks for a reason."""
        if not self.has_erase_permission(request):
            raise PermissionDenied
        form = GuestErasureForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            made = data_requests.ask_for_erasure(
                requested_by=signed_in(request),
                email=form.cleaned_data["email"],
                reason=form.cleaned_data["reason"],
            )
            self.log_change(request, made, "Asked for the erasure of a guest.")
            messages.success(request, "The erasure is on its way; the list shows how far it is.")
            return redirect("admin:customers_personaldatarequest_changelist")
        context = {**self.admin_site.each_context(request), "title": "Erase a guest", "form": form}
        status = 400 if form.errors else 200
        return TemplateResponse(request, "customers/admin/erase.html", context, status=status)
