"""Which models live in which database."""

from typing import Any

from django.db.models import Model

from ecommerce import replica

DOCUMENT_APPS = frozenset({"reviews", "documents"})
# Models of those apps that hold what is owed to the document store, and so must not be in it.
RELATIONAL_MODELS = frozenset({"reviews.keptreview", "reviews.ratingschecked"})
# What the replica is read for: what everybody sees alike.
REPLICATED_APPS = frozenset({"catalog"})
# Services decide by them, and read them from a cache that any page may fill.
ON_PRIMARY_ONLY = frozenset({"catalog.StoreSettings"})


def is_documents(alias: str) -> bool:
    """Whether a database holds documents: `documents`, or a second store while documents are copied."""
    return alias == "documents" or alias.startswith("documents-")


def is_document(app_label: str, model_name: str | None) -> bool:
    """Whether a model is one of the document store's; without a model: whether the app is."""
    if app_label not in DOCUMENT_APPS:
        return False
    return model_name is None or f"{app_label}.{model_name.lower()}" not in RELATIONAL_MODELS


class DocumentsRouter:
    """Send documents to `documents`, everything else to `default`, and mix nothing."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return "documents" if _is_document(model) else "default"

    db_for_write = db_for_read

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool:
        return _is_document(obj1) == _is_document(obj2)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return is_documents(db) == is_document(app_label, model_name)


def _is_document(model: type[Model] | Model) -> bool:
    return is_document(model._meta.app_label, model._meta.model_name)


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
