"""The rules that MongoDB itself keeps for each collection: a JSON schema, made from the model.

Whatever writes to the database, the shop or a script, a document must fit its model: types, limits
of texts and numbers, choices, what may be null and what has to be there. Written after every
`migrate` from the models as they are at that point of the migrations (`ecommerce/apps.py`), so a new
model or a changed field needs nothing else. SQLite has no such thing; there, and before anything is
sent to MongoDB, `BaseDocument.save()` checks the same.
"""

import logging
from typing import Any

from django.apps import apps as all_apps
from django.core import validators
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from pymongo.errors import OperationFailure

from ecommerce.lib.validators import ListOfTexts

log = logging.getLogger(__name__)
_NOT_AUTHORISED = 13

# A JSON field may hold anything. All others have exactly the type that the backend stores: its unique
# indexes are made for documents in which each key has that type, and would not see another's.
_ANYTHING = ["object", "array", "string", "bool", "double", "int", "long"]


def schema_of(model: type[models.Model], connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """The JSON schema that documents of `model` have to fit."""
    fields = [field for field in model._meta.local_concrete_fields if field.column]
    return {
        "bsonType": "object",
        "title": model._meta.label,
        "required": sorted(str(field.column) for field in fields if _has_to_be_there(field)),
        "properties": {str(field.column): _rule(field, connection) for field in fields},
    }


def keep_rules(*, using: str, sender: Any, apps: Any = all_apps, **_: Any) -> None:
    """After `migrate` (the signal post_migrate): apply the rules of an app's documents.

    An account that may not set rules does without, and the log says so: `BaseDocument.save()` checks.
    """
    connection = connections[using]
    if connection.vendor != "mongodb":
        return
    try:
        for model in all_documents(apps):
            if model._meta.app_label == sender.label:
                apply_rules(model, connection)
    except OperationFailure as error:
        if error.code != _NOT_AUTHORISED:
            raise
        log.warning("the rules of documents are not set: the account lacks the right to collMod (dbAdmin)")


def all_documents(apps: Any = all_apps) -> list[type[models.Model]]:
    """The models that live in the document store, as `apps` knows them."""
    return [model for model in apps.get_models() if router.allow_migrate_model("documents", model)]


def apply_rules(model: type[models.Model], connection: Any) -> bool:
    """Have MongoDB keep the rules of `model`'s collection; returns whether that changed anything."""
    return _set_validator(model._meta.db_table, {"$jsonSchema": schema_of(model, connection)}, connection)


def drop_rules(model: type[models.Model], connection: Any) -> bool:
    """Have MongoDB accept any document again; returns whether that changed anything."""
    return _set_validator(model._meta.db_table, {}, connection)


def _set_validator(name: str, validator: dict[str, Any], connection: Any) -> bool:
    database = connection.get_database()
    found = list(database.list_collections(filter={"name": name}))
    if not found or found[0].get("options", {}).get("validator", {}) == validator:
        return False
    # "moderate" lets documents that were there before the rule be changed step by step.
    database.command(
        "collMod", name, validator=validator, validationLevel="moderate", validationAction="error"
    )
    return True


def _has_to_be_there(field: models.Field) -> bool:
    """Neither null nor blank, and nothing stands in for it."""
    automatic = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return not (field.null or field.blank or field.has_default() or field.primary_key or automatic)


def _rule(field: models.Field, connection: BaseDatabaseWrapper) -> dict[str, Any]:
    kind = str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection))
    types = _ANYTHING if kind == "object" else [kind]
    rule: dict[str, Any] = {"bsonType": [*types, *(["null"] if field.null else [])]}
    if kind == "object" and field.default in (list, dict):
        rule["bsonType"] = ["array" if field.default is list else "object"]
    if field.choices:
        # Plain strings, as they come back when the rule is compared.
        choices = [str(value) if isinstance(value, str) else value for value, _ in field.flatchoices]
        blank = [""] if field.blank and "" not in choices and kind == "string" else []
        rule["enum"] = [*choices, *blank, *([None] if field.null else [])]
    elif kind == "string":
        rule |= _lengths(field)
    elif kind in ("int", "long", "double", "decimal"):
        rule |= _limits(field)
    for validator in _own_validators(field):
        if isinstance(validator, ListOfTexts):
            text = {"bsonType": "string", "minLength": 1, "maxLength": validator.length}
            rule |= {"bsonType": ["array"], "maxItems": validator.items, "items": text}
    return rule


def _lengths(field: models.Field) -> dict[str, int]:
    longest = [field.max_length] if field.max_length else []
    longest += _limits_of(field, validators.MaxLengthValidator)
    # Django checks no blank value, and a rule cannot say "none, or at least ten".
    shortest = [] if field.blank else [1, *_limits_of(field, validators.MinLengthValidator)]
    rule = {"minLength": max(shortest)} if shortest else {}
    return rule | ({"maxLength": min(longest)} if longest else {})


def _limits(field: models.Field) -> dict[str, int]:
    lowest = _limits_of(field, validators.MinValueValidator)
    if field.get_internal_type().startswith("Positive"):
        lowest.append(0)
    highest = _limits_of(field, validators.MaxValueValidator)
    return ({"minimum": max(lowest)} if lowest else {}) | ({"maximum": min(highest)} if highest else {})


def _own_validators(field: models.Field) -> list[Any]:
    """Those of the field itself; Django adds what the relational database can hold."""
    return [*field.default_validators, *field._validators]  # type: ignore[attr-defined]


def _limits_of(field: models.Field, kind: type[validators.BaseValidator]) -> list[Any]:
    found = [validator for validator in _own_validators(field) if type(validator) is kind]
    return [v.limit_value() if callable(v.limit_value) else v.limit_value for v in found]
