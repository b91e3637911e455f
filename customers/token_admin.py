"""API tokens in the staff site: who has some, and ending them. Their hashes are never shown."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, checkbox
from unfold.decorators import display

from customers.models import ApiToken
from customers.services import tokens


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    """To look at, and to end. The primary key is the hash, so no page or form has it."""

    list_display = ("begins_with", "user", "kind", "created", "expiry")
    list_display_links = None
    list_select_related = ("user",)
    list_filter = ("user__is_staff", "created", "expiry")
    search_fields = ("user__email", "user__name", "user__phone", "token_key__istartswith")
    search_help_text = "Email, name, phone, or the token's first characters"
    ordering = ("-created", "-token_key")
    fields = ("begins_with", "user", "created", "expiry")
    list_per_page = 50
    show_full_result_count = False
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        # Django's own deletion asks on a page that lists primary keys.
        return {name: action for name, action in super().get_actions(request).items() if name == "end"}

    @display(description=checkbox.render("action_toggle_all", 1))
    def action_checkbox(self, token: ApiToken) -> str:
        return checkbox.render(helpers.ACTION_CHECKBOX_NAME, token.token_key)

    def response_action(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        sent = request.POST.copy()
        chosen = queryset.filter(token_key__in=sent.getlist(helpers.ACTION_CHECKBOX_NAME))
        sent.setlist(helpers.ACTION_CHECKBOX_NAME, list(chosen.values_list("pk", flat=True)))
        request.POST = sent  # type: ignore[assignment]
        return super().response_action(request, queryset)

    @display(description="Begins with")
    def begins_with(self, token: ApiToken) -> str:
        return f"{token.token_id}…"

    @display(description="Kind", label={"Staff": "info", "Customer": "success"})
    def kind(self, token: ApiToken) -> str:
        return "Staff" if token.user.is_staff else "Customer"

    @admin.action(description="End", permissions=["delete"])
    def end(self, request: HttpRequest, queryset: QuerySet) -> None:
        ended = list(queryset.select_related("user"))
        if not request.user.is_superuser:  # nobody else may touch what is a superuser's
            ended = [token for token in ended if not token.user.is_superuser]
        for token in ended:
            tokens.revoke_token(token=token)
            self.log_change(request, token.user, f"Ended the API token {token.token_id}….")
        self.message_user(request, f"{len(ended)} {'token has' if len(ended) == 1 else 'tokens have'} ended.")
