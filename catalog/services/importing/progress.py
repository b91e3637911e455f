"""The states of an import, and who may take it from one to the next.

Every step is one guarded UPDATE: of two presses of a button one counts. Work that died with its
process is found by its state and begun again; each piece of work is whole or nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from celery import Task
from django.core.files.base import File
from django.utils import timezone

from catalog.models import ProductImport
from catalog.services.importing.reading import MAX_BYTES
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic

State = ProductImport.State
# So long after its last sign of life the sweep takes work over. To begin it twice does no harm.
_QUIET = timedelta(minutes=10)
_TASKS = {
    State.CHECKING: "catalog.check_import",
    State.APPLYING: "catalog.apply_import",
    State.UNDOING: "catalog.undo_import",
}


class WrongState(DomainError):
    """The import is not where this step begins: it was pressed twice, or by two people."""

    code = "wrong_state"


@retrying_atomic
def begin(*, upload: File, actor: Any = None) -> ProductImport:
    """Keep an uploaded file and have it checked. Nothing of the catalogue changes."""
    if not upload.size:
        raise BadInput("The file is empty.", field="file")
    if upload.size > MAX_BYTES:
        raise BadInput(f"The file is larger than {MAX_BYTES >> 20} MB. Split it.", field="file")
    row = ProductImport(name=_plain_name(upload.name or ""), created_by=_person(actor))
    row.file.save("upload.csv", upload, save=False)
    row.save()
    after_commit(_task(State.CHECKING), row.pk)
    return row


def apply(*, product_import: ProductImport, actor: Any = None) -> None:
    """Have a checked import applied, in the background. Raises WrongState the second time."""
    if not (product_import.new_count or product_import.changed_count):
        raise WrongState("This file changes nothing.")
    _move(product_import, State.READY, State.APPLYING, applied_by=_person(actor))


def undo(*, product_import: ProductImport, actor: Any = None) -> None:
    """Have an applied import undone, in the background. Raises WrongState the second time."""
    _move(product_import, State.APPLIED, State.UNDOING, undone_by=_person(actor))


def check_again(*, product_import: ProductImport) -> None:
    """Look at the file anew, after what it names was made or corrected."""
    _move(product_import, (State.READY, State.REFUSED), State.CHECKING, rows_done=0, notes=[])


def resume_quiet(*, now: datetime) -> int:
    """Begin again what was begun and never ended; returns how many."""
    quiet = ProductImport.objects.filter(state__in=ProductImport.BUSY, state_since__lte=now - _QUIET)
    rows = list(quiet.order_by("pk")[:5])
    for row in rows:
        ProductImport.objects.filter(pk=row.pk).update(state_since=now)
        after_commit(_task(State(row.state)), row.pk)
    return len(rows)


@retrying_atomic
def _move(row: ProductImport, before: Any, after: State, **more: Any) -> None:
    states = [before] if isinstance(before, str) else list(before)
    mine = ProductImport.objects.filter(pk=row.pk, state__in=states)
    if not mine.update(state=after, state_since=timezone.now(), **more):
        row.refresh_from_db(fields=["state"])
        raise WrongState(f"Nothing was begun: this import is “{row.get_state_display().lower()}” by now.")
    after_commit(_task(after), row.pk)


def _task(state: State) -> Task:
    return task_named(_TASKS[state])


def _person(actor: Any) -> Any:
    return actor if getattr(actor, "pk", None) else None


def _plain_name(name: str) -> str:
    """The sender's name for the file, to show and for nothing else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[:120] or "upload.csv"
