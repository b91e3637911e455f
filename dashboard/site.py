"""The staff site: Django admin with unfold."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Django's admin, with the shop's own site as the default one."""

    default_site = "unfold.sites.UnfoldAdminSite"
