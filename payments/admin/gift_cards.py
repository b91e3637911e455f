"""Gift cards and store credit in the staff site. Nothing is typed into one: services change it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from ecommerce.lib.money import format_money
from payments.admin import gift_card_pages
from payments.models import GiftCard


@admin.register(GiftCard)
class GiftCardAdmin(ModelAdmin):
    list_display = ("card", "whose", "left", "issued_with", "status_shown", "expires_on", "created_at")
    list_display_links = ("card",)
    list_filter = ("kind", "status", "expires_on")
    search_fields = ("=last4", "recipient_email", "recipient_name", "customer__email", "order__number")
    search_help_text = "Last four characters, name or email address"
    show_full_result_count = False
    list_per_page = 50
    actions = None
    actions_list = ["give_credit"]

    def has_delete_permission(self, request: HttpRequest, obj: GiftCard | None = None) -> bool:
        return False

    def has_issue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return gift_card_pages.issue(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return gift_card_pages.detail(request, self, object_id)

    @action(description="Give store credit", url_path="credit", permissions=["issue"])
    def give_credit(self, request: HttpRequest) -> HttpResponse:
        return gift_card_pages.credit(request, self)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

        return [
            path("<int:pk>/adjust/", page(gift_card_pages.adjust), name="payments_giftcard_adjust"),
            path("<int:pk>/block/", page(gift_card_pages.block), name="payments_giftcard_block"),
            *super().get_urls(),
        ]

    @display(description="Card", ordering="last4")
    def card(self, card: GiftCard) -> str:
        return card.label

    @display(description="Whose")
    def whose(self, card: GiftCard) -> str:
        return card.recipient_email or "Whoever has the code"

    @display(description="Balance", ordering="balance")
    def left(self, card: GiftCard) -> str:
        return format_money(card.balance, card.currency)

    @display(description="Issued with", ordering="initial_amount")
    def issued_with(self, card: GiftCard) -> str:
        return format_money(card.initial_amount, card.currency)

    @display(description="Status", ordering="status", label={"Active": "success", "Blocked": "danger"})
    def status_shown(self, card: GiftCard) -> str:
        return card.get_status_display()
