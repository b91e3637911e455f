"""The staff site: Django admin with unfold, under the shop's own name and sign-in."""

from collections.abc import Callable
from typing import Any

from csp.constants import UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

# Unfold's scripts (Alpine) build functions from attributes and set inline styles. Shop pages
# keep the strict policy of the settings.
STAFF_POLICY = {"script-src": [UNSAFE_EVAL], "style-src": [UNSAFE_INLINE]}

# Their rows are secrets and sign-in internals, which allauth and knox show to nobody's use.
NOT_SHOWN = frozenset({"account", "socialaccount", "usersessions", "mfa", "knox"})


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
            path("r/<int:content_type_id>/<path:object_id>/", self.admin_view(self.view_on_site)),
            *super().get_urls(),
        ]

    def view_on_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """Lead to a row's page in the shop, for who may see the row. An order's page there is opened by
        a secret in its address, so its link is on its own page here and nowhere else."""
        from django.contrib.contenttypes.models import ContentType
        from django.contrib.contenttypes.views import shortcut

        kind = ContentType.objects.filter(pk=content_type_id).first()
        model_admin = self._registry.get(kind.model_class()) if kind else None
        if model_admin is None or model_admin.view_on_site is not True:
            raise Http404
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else [model_or_iterable]
        shown = [model for model in models if model._meta.app_label not in NOT_SHOWN]
        super().register(shown, admin_class, **options)


class StaffAdminConfig(AdminConfig):
    """Django's admin, with the shop's own site as the default one."""

    default_site = "dashboard.site.StaffSite"
