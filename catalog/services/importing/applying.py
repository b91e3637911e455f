"""A checked plan becomes the catalogue, in one transaction: all of it or nothing.

The file is planned anew first. When that plan is not, to the letter, the one that staff have seen,
nothing is written and the new one is shown.
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import ProductImport, ProductImportRow
from catalog.services.editing import settle_products
from catalog.services.importing import pictures
from catalog.services.importing.checking import OVERTAKEN, plan_of
from catalog.services.importing.planning import CHUNK
from catalog.services.importing.writing import Writer
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import BadInput
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def apply(import_id: int) -> bool:
    """Apply an import that waits for it. False when nothing was applied, whatever the reason.

    A process that dies leaves nothing half done; the sweep begins again. Twice at once is once: the
    second waits for the lock and finds the state changed.
    """
    waiting = ProductImport.objects.select_for_update().filter(state=ProductImport.State.APPLYING)
    row = waiting.filter(pk=import_id).first()
    if row is None:
        return False
    if not _still_holds(row):
        _look_again(row)
        return False
    writer = Writer(row, actor=row.applied_by)
    for portion in portions(row.rows.filter(run=row.run)):
        writer.write(portion)
    writer.finish()
    touched = sorted(writer.touched)
    for start in range(0, len(touched), CHUNK):
        settle_products(*touched[start : start + CHUNK])
    row.state, row.state_since = ProductImport.State.APPLIED, timezone.now()
    row.applied_at = row.state_since
    row.save(update_fields=["state", "state_since", "applied_at"])
    pictures.owe(row)
    return True


def portions(rows: QuerySet[ProductImportRow]) -> Iterator[list[ProductImportRow]]:
    """The rows in the order of the file, so many at a time."""
    last = 0
    while portion := list(rows.filter(line__gt=last).order_by("line")[:CHUNK]):
        yield portion
        last = portion[-1].line


def _still_holds(row: ProductImport) -> bool:
    try:
        with plan_of(row) as (sheet, planner):
            mistakes = any(line.errors for portion in planner.plan(sheet.lines) for line in portion)
            return not mistakes and planner.digest == row.digest
    except BadInput:
        return False


def _look_again(row: ProductImport) -> None:
    row.state, row.state_since = ProductImport.State.CHECKING, timezone.now()
    row.notes, row.rows_done = [OVERTAKEN], 0
    row.save(update_fields=["state", "state_since", "notes", "rows_done"])
    after_commit(task_named("catalog.check_import"), row.pk)
