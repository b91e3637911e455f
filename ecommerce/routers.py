"""Which models live in which database."""

from typing import Any

from django.db.models import Model

DOCUMENT_APPS = frozenset({"reviews", "documents"})


class DocumentsRouter:
    """Send the document apps to `documents`, everything else to `default`, and mix nothing."""

    def _alias(self, app_label: str) -> str:
        return "documents" if app_label in DOCUMENT_APPS else "default"

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model._meta.app_label)

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        return self._alias(obj1._meta.app_label) == self._alias(obj2._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == self._alias(app_label)
