"""Webhooks in the staff site: services make and change them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import display

from webhooks.admin import pages
from webhooks.models import Endpoint
from webhooks.services.subscribing import unsubscribe

_STATES = {"Active": "success", "Failing": "warning", "Given up": "danger", "Switched off": "info"}


@admin.register(Endpoint)
class EndpointAdmin(ModelAdmin):
    list_display = ("name", "host", "told_of", "state_shown", "failing_since", "created_at")
    list_display_links = ("name",)
    search_fields = ("description", "url")
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pages.create(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return pages.detail(request, self, object_id)

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        unsubscribe(endpoint=obj, actor=request.user)

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Only the row itself: deletion is soft, and the log stays for as long as logs do."""
        rows = list(objs)
        name = str(self.model._meta.verbose_name_plural)
        return [str(row) for row in rows], {name: len(rows)}, set(), []

    def get_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, **kwargs: view(request, self, **kwargs))

        return [
            path("<int:pk>/rotate/", page(pages.rotate), name="webhooks_endpoint_rotate"),
            path("<int:pk>/switch/", page(pages.switch), name="webhooks_endpoint_switch"),
            path("<int:pk>/test/", page(pages.test), name="webhooks_endpoint_test"),
            path("<int:pk>/again/", page(pages.send_again), name="webhooks_endpoint_again"),
            *super().get_urls(),
        ]

    @display(description="Webhook", ordering="description")
    def name(self, endpoint: Endpoint) -> str:
        return str(endpoint)

    @display(description="Told of")
    def told_of(self, endpoint: Endpoint) -> str:
        count = len(endpoint.events)
        return f"{count} event{'' if count == 1 else 's'}"

    @display(description="State", label=_STATES)
    def state_shown(self, endpoint: Endpoint) -> str:
        return endpoint.state
