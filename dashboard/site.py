"""The staff site: Django admin with unfold, under the shop's own name and sign-in."""

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

# Unfold's scripts (Alpine) build functions from attributes and set inline styles. Shop pages
# keep the strict policy of the settings.
STAFF_POLICY = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}

# Their rows are secrets and sign-in internals, which allauth and knox show to nobody's use.
NOT_SHOWN = frozenset({"account", "socialaccount", "mfa", "knox", "usersessions"})


class StaffSite(UnfoldAdminSite):
    """The site at /admin/. Every page of it, and no other, gets the wider policy."""

    index_title = "Overview"
    enable_nav_sidebar = True

    def admin_view(self, view: Callable, cacheable: bool = False) -> Callable:
        return csp_update(STAFF_POLICY)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff sign in on the shop's page, which asks for their second factor. Customers get 403."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return HttpResponseRedirect(reverse("account_login", query={"next": target}))
        if not self.has_permission(request):
            raise PermissionDenied
        return super().login(request, extra_context)

    def get_urls(self) -> list[Any]:
        # Models are not there yet when this file is read.
        from dashboard.low_stock import low_stock_page
        from dashboard.reconciliation import list_page, table
        from dashboard.repair_pages import repair

        return [
            path("low-stock/", self.admin_view(low_stock_page), name="low_stock"),
            path("reconciliation/", self.admin_view(list_page), name="reconciliation"),
            path("reconciliation/table.csv", self.admin_view(table), name="reconciliation_table"),
            path(
                "reconciliation/<slug:code>/<int:pk>/", self.admin_view(repair), name="reconciliation_repair"
            ),
            *super().get_urls(),
        ]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        shown = [model for model in models if model._meta.app_label not in NOT_SHOWN]
        super().register(shown, admin_class, **options)


class StaffAdminConfig(AdminConfig):
    """Django's admin, with the shop's own site as the default one."""

    default_site = "dashboard.site.StaffSite"
