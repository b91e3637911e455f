"""The project as an app: its system checks and template tags."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class EcommerceConfig(AppConfig):
    name = "ecommerce"

    def ready(self) -> None:
        from ecommerce import checks  # noqa: F401
        from ecommerce.lib.document_rules import keep_rules

        post_migrate.connect(keep_rules, dispatch_uid="document rules")
