"""Documents copied from one store to another, in a way that can be cut short and begun again.

Nothing is remembered about how far a copy came: the documents of each part are compared with those
that are there already, and only what is missing or different is written, by its id. So a run that
was killed is finished by the next, and a run over equal stores writes nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, transaction

from ecommerce.lib.document_rules import all_documents

PART = 500


@dataclass(kw_only=True)
class Copied:
    """What became of the documents of one model. `extra` are documents of the target that
    the source does not have. The copy is complete when both checksums are equal."""

    name: str
    written: int = 0
    removed: int = 0
    there: int = 0
    source_count: int = 0
    target_count: int = 0
    source_checksum: str = ""
    target_checksum: str = ""
    extra: int = 0

    @property
    def is_equal(self) -> bool:
        return (self.source_count, self.source_checksum) == (self.target_count, self.target_checksum)


def copy_all(
    *,
    source: str,
    target: str,
    write: bool = True,
    prune: bool = False,
    progress: Callable[[str, int], None] = lambda name, done: None,
) -> Iterator[Copied]:
    """Copy every document from one database alias to another, model by model, and compare them.

    With `prune` what the target has besides is removed. Without `write` nothing is changed, and
    `written` says how many would be.
    """
    for model in all_documents():
        result = Copied(name=model._meta.db_table)
        for part in _parts(model, source):
            _copy_part(model, part, target, result, write=write)
            progress(result.name, result.there + result.written)
        _look_for_others(model, source, target, result, remove=write and prune)
        result.source_count, result.source_checksum = _sum_of(model, source)
        result.target_count, result.target_checksum = _sum_of(model, target)
        yield result


def _copy_part(model: Any, part: list[Any], target: str, result: Copied, *, write: bool) -> None:
    found = {row.pk: _digest(row) for row in _rows(model, target).filter(pk__in=[row.pk for row in part])}
    new = [row for row in part if found.get(row.pk) != _digest(row)]
    result.there += len(part) - len(new)
    result.written += len(new)
    if not write or not new:
        return
    with transaction.atomic(using=target):
        # Raw: as they are, with the time of their last change.
        _insert(model, [row for row in new if row.pk not in found], target)
        for row in new:
            if row.pk in found:
                row.save_base(raw=True, using=target, force_update=True)


def _insert(model: Any, rows: list[Any], alias: str) -> None:
    """As `bulk_create`, which would set the time of the last change."""
    fields = model._meta.concrete_fields
    at_once = max(1, connections[alias].ops.bulk_batch_size(fields, rows))
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once]
        model._base_manager._insert(part, fields=fields, using=alias, raw=True)


def _look_for_others(model: Any, source: str, target: str, result: Copied, *, remove: bool) -> None:
    """Documents of the target that the source does not have."""
    for part in _parts(model, target):
        keys = [row.pk for row in part]
        known = set(_rows(model, source).filter(pk__in=keys).values_list("pk", flat=True))
        others = [key for key in keys if key not in known]
        if others and remove:
            # For good: the models' own `delete` only marks them.
            result.removed += _rows(model, target).filter(pk__in=others).delete()[0]
        else:
            result.extra += len(others)


def _parts(model: Any, alias: str) -> Iterator[list[Any]]:
    """All rows in the order of their ids, in parts. What is added or removed meanwhile moves none."""
    last = ""
    while part := list(_rows(model, alias).filter(pk__gt=last).order_by("pk")[:PART]):
        yield part
        last = part[-1].pk


def _sum_of(model: Any, alias: str) -> tuple[int, str]:
    """How many documents there are, and one checksum over all of them in the order of their ids."""
    digest, count = hashlib.sha256(), 0
    for part in _parts(model, alias):
        for row in part:
            digest.update(_digest(row))
        count += len(part)
    return count, digest.hexdigest()


def _rows(model: Any, alias: str) -> Any:
    """Deleted ones as well."""
    return model._base_manager.using(alias)


def _digest(row: Any) -> bytes:
    values = {field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    return hashlib.sha256(json.dumps(values, sort_keys=True, cls=DjangoJSONEncoder).encode()).digest()


def _plain(value: Any) -> Any:
    """A time as both stores can keep it: MongoDB has milliseconds."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
        return value.replace(microsecond=value.microsecond // 1000 * 1000).isoformat()
    return value
