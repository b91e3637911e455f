"""The look at a file before anything is changed: its plan, kept row by row, and its mistakes."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from django.utils import timezone

from catalog.models import ProductImport, ProductImportRow
from catalog.services.importing.columns import read_header
from catalog.services.importing.planning import PlannedRow, Planner
from catalog.services.importing.reading import Sheet, open_sheet
from ecommerce.lib.errors import BadInput
from ecommerce.lib.transactions import retrying_atomic

MOST_ERRORS = 200
OVERTAKEN = (
    "The catalogue has changed since this file was checked, so nothing was applied. "
    "Look at what it changes now."
)


class HeaderMistakes(BadInput):
    """The columns cannot be understood; `sentences` says each thing that is wrong."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(sentences[0], field="file")
        self.sentences = sentences


def check(import_id: int) -> bool:
    """Make the plan of an import that waits for one. False when there was nothing to do.

    May run twice at once: the rows carry the name of their run, and the last run to begin counts.
    """
    run = uuid.uuid4().hex
    waiting = ProductImport.objects.filter(pk=import_id, state=ProductImport.State.CHECKING)
    if not waiting.update(run=run, rows_done=0, state_since=timezone.now()):
        return False
    row = ProductImport.objects.get(pk=import_id)
    look = _Look(row)
    try:
        with plan_of(row) as (sheet, planner):
            look.notes += sheet.notes
            for portion in planner.plan(sheet.lines):
                if not look.keep(portion):
                    return False
            look.digest = planner.digest
    except HeaderMistakes as error:
        look.refuse(error.sentences)
    except BadInput as error:
        look.refuse([error.message])
    return look.finish()


@contextmanager
def plan_of(row: ProductImport) -> Iterator[tuple[Sheet, Planner]]:
    """The lines of an import's file and what plans them. Raises BadInput for a file that is none."""
    with row.file.open("rb") as file:
        yield _begin(file)


def _begin(file: IO[bytes]) -> tuple[Sheet, Planner]:
    sheet = open_sheet(file)
    columns = read_header(sheet.header)
    if columns.errors:
        raise HeaderMistakes(columns.errors)
    return sheet, Planner(columns)


class _Look:
    """Counts, and what of a run is written so far."""

    def __init__(self, row: ProductImport) -> None:
        self.row = row
        self.mine = ProductImport.objects.filter(pk=row.pk, run=row.run, state=ProductImport.State.CHECKING)
        self.notes = [OVERTAKEN] if OVERTAKEN in row.notes else []
        self.counts = {"new": 0, "changed": 0, "unchanged": 0, "error": 0}
        self.errors: list[list[object]] = []
        self.digest = ""

    def keep(self, portion: Iterable[PlannedRow]) -> bool:
        """Write a portion of the plan. False when a later run has begun."""
        kept = []
        for planned in portion:
            kind = "error" if planned.errors else planned.kind
            self.counts[kind] += 1
            self.errors += [[planned.line, words] for words in planned.errors]
            if kind in ("new", "changed"):
                kept.append(self._row(planned))
        self.errors = self.errors[:MOST_ERRORS]
        return self._write(kept)

    def refuse(self, sentences: list[str]) -> None:
        self.counts["error"] += len(sentences)
        self.errors = [[0, words] for words in sentences] + self.errors

    @retrying_atomic
    def finish(self) -> bool:
        """Say what was found, unless a later run has begun; rows of earlier runs go."""
        states = ProductImport.State
        done = self.mine.update(
            state=states.REFUSED if self.counts["error"] else states.READY,
            state_since=timezone.now(),
            digest=self.digest,
            notes=self.notes,
            errors=self.errors[:MOST_ERRORS],
            rows_done=sum(self.counts.values()),
            **{f"{name}_count": number for name, number in self.counts.items()},
        )
        if done:
            self.row.rows.exclude(run=self.row.run).delete()
        return bool(done)

    @retrying_atomic
    def _write(self, kept: list[ProductImportRow]) -> bool:
        done = sum(self.counts.values())
        if not self.mine.update(rows_done=done, state_since=timezone.now()):
            return False
        ProductImportRow.objects.bulk_create(kept, batch_size=500)
        return True

    def _row(self, planned: PlannedRow) -> ProductImportRow:
        return ProductImportRow(
            product_import=self.row,
            run=self.row.run,
            line=planned.line,
            sku=planned.sku,
            kind=planned.kind,
            changes=planned.changes,
            product_key=planned.product_key,
            variant_id=planned.variant_id,
            product_id=planned.product_id,
            makes_product=planned.makes_product,
        )
