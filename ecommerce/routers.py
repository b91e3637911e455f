"""Which models live in which database."""

from typing import Any

from django.db.models import Model

from ecommerce import replica

DOCUMENT_APPS = frozenset({"reviews", "documents"})
# What the replica is read for: what everybody sees alike.
REPLICATED_APPS = frozenset({"catalog"})
# Services decide by them, and read them from a cache that any page may fill.
ON_PRIMARY_ONLY = frozenset({"catalog.StoreSettings"})


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


class ReplicaRouter:
    """Before the other, where there is a replica: reads of the catalogue, in requests that allow it."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        if model._meta.app_label not in REPLICATED_APPS or model._meta.label in ON_PRIMARY_ONLY:
            return None
        return replica.ALIAS if replica.may_read() else None

    def db_for_write(self, model: type[Model], **hints: Any) -> None:
        """Written is the primary, as the other router says; from then on it is read too."""
        if model._meta.app_label in REPLICATED_APPS:
            replica.note_write()

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """What is changed in the primary comes to the replica by itself."""
        return False if db == replica.ALIAS else None
