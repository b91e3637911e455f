"""Many rows, made by copying one: enough for the database to choose an index where there is one."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, models

ROWS = 1500


def multiply(row: models.Model, **changes: Callable[[int], Any]) -> list[int]:
    """Add ROWS copies of `row` and return their keys; `changes` make a field from the copy's number.

    Fields that are unique by themselves get values of their own.
    """
    model = type(row)
    rows = model._base_manager.using("default")
    last = rows.order_by("-pk").values_list("pk", flat=True)[0]
    copied = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = {field.attname: getattr(row, field.attname) for field in copied}
    for field in copied:
        if field.unique:
            changes.setdefault(field.attname, _own_value(field))
    made = [
        model(**values | {name: make(number) for name, make in changes.items()}) for number in range(ROWS)
    ]
    rows.bulk_create(made, batch_size=500)
    return list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True))


def _own_value(field: models.Field) -> Callable[[int], Any]:
    if field.null:
        return lambda number: None
    if isinstance(field, models.UUIDField):
        return lambda number: uuid.uuid4()
    if isinstance(field, models.CharField):
        return lambda number: f"{field.name[:4]}{number:06}"
    return lambda number: 1_000_000 + number


def analyze(*labels: type[models.Model]) -> None:
    """Have the database count what is in these tables, as it does by itself now and then."""
    with connection.cursor() as cursor:
        for model in labels:
            cursor.execute(f"ANALYZE TABLE {connection.ops.quote_name(model._meta.db_table)}")
            cursor.fetchall()
