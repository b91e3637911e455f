"""Drafts in the staff site: the list, and the addresses of the pages that fill them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display

from dashboard import draft_pages
from orders.models import DraftOrder


@admin.register(DraftOrder)
class DraftOrderAdmin(ModelAdmin):
    """Orders in the making. Nothing is reserved, owed or counted until a draft is placed."""

    list_display = ("email", "things", "created_by", "created_at", "modified_at")
    list_select_related = ("created_by",)
    search_fields = ("email",)
    ordering = ("-modified_at",)
    list_per_page = 50
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(kinds=Count("lines"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return draft_pages.new(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return draft_pages.edit(request, self, object_id)

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

        return [
            path("<int:pk>/place/", page(draft_pages.place), name="orders_draftorder_place"),
            path("<int:pk>/discard/", page(draft_pages.discard), name="orders_draftorder_discard"),
            *super().get_urls(),
        ]

    @display(description="Things", ordering="kinds")
    def things(self, draft: Any) -> int:
        return draft.kinds
