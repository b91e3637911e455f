"""Work that failed, in the staff site: why, and two buttons. Nothing is typed into it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from background.models import FailedTask
from background.services import failures
from ecommerce.lib.background import task_named
from ecommerce.lib.errors import DomainError
from ecommerce.lib.read_only_admin import ReadOnly

PAGE = "admin:background_failedtask_change"
MAY_DECIDE = "background.change_failedtask"
MOST_AT_ONCE = 500
_STATES = {
    "Failed": "danger",
    "Being tried again": "warning",
    "Done meanwhile": "success",
    "Discarded": "info",
}


@admin.register(FailedTask)
class FailedTaskAdmin(ReadOnly, ModelAdmin):
    list_display = (
        "work",
        "about",
        "state_shown",
        "error_class",
        "attempts",
        "first_failed_at",
        "last_failed_at",
    )
    list_display_links = ("work",)
    list_filter = ("state", "queue", "task", "error_class")
    search_fields = ("task", "message")
    search_help_text = "A task's name, or words of its error"
    show_full_result_count = False
    list_per_page = 50
    actions = ("try_again", "discard")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_DECIDE)

    def get_urls(self) -> list[URLPattern]:
        def page(service: Callable[..., Any], words: str) -> Callable[..., HttpResponse]:
            return self.admin_site.admin_view(lambda request, pk: self._decide(request, pk, service, words))

        return [
            path(
                "<int:pk>/again/",
                page(failures.retry, "It is being tried again."),
                name="background_failedtask_again",
            ),
            path(
                "<int:pk>/discard/",
                page(failures.discard, "Discarded."),
                name="background_failedtask_discard",
            ),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """One failure with its error and, for whom may decide, the buttons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            raise PermissionDenied
        row = _find(object_id)
        shown = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": work_of(row),
            "row": row,
            "original": row,
            "may_decide": self.has_decide_permission(request),
        }
        return TemplateResponse(request, "background/admin/detail.html", shown)

    def _decide(self, request: HttpRequest, pk: int, service: Callable[..., Any], words: str) -> HttpResponse:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        row = _find(str(pk))
        try:
            service(failed=row, actor=request.user)
            messages.success(request, words)
        except DomainError as error:
            messages.error(request, error.message)
        return redirect(PAGE, row.pk)

    @action(description="Try again", permissions=["decide"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[FailedTask]) -> None:
        self._decide_all(request, queryset, failures.retry, "being tried again")

    @action(description="Discard", permissions=["decide"])
    def discard(self, request: HttpRequest, queryset: QuerySet[FailedTask]) -> None:
        self._decide_all(request, queryset, failures.discard, "discarded")

    def _decide_all(
        self, request: HttpRequest, rows: QuerySet[FailedTask], service: Callable[..., Any], words: str
    ) -> None:
        """Each stands for itself: those that cannot be decided are named with the reason."""
        done = 0
        for row in rows.order_by("pk")[:MOST_AT_ONCE]:
            try:
                service(failed=row, actor=request.user)
                done += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
        if done:
            self.message_user(request, f"{done} {words}.", messages.SUCCESS)

    @display(description="Work", ordering="task")
    def work(self, row: FailedTask) -> str:
        return work_of(row)

    @display(description="About", empty_value="not kept")
    def about(self, row: FailedTask) -> str | None:
        return None if row.args is None else ", ".join(map(str, row.args))

    @display(description="State", ordering="state", label=_STATES)
    def state_shown(self, row: FailedTask) -> str:
        return row.get_state_display()


def work_of(row: FailedTask) -> str:
    """What the task does, in its own words; the name of one that the shop no longer knows."""
    try:
        task = task_named(row.task)
    except KeyError:
        return row.task
    first: str = (task.run.__doc__ or row.task).strip().partition("\n")[0]
    return first.partition(". ")[0].rstrip(".")


def _find(pk: str) -> FailedTask:
    rows = FailedTask.objects.select_related("decided_by")
    row: FailedTask | None = rows.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    if row is None:
        raise Http404
    return row
