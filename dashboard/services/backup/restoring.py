"""Put a backup back, and prove that everything is there."""

from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections
from django.utils import timezone

from dashboard.services.backup import files, manifest, mongodb
from dashboard.services.backup.errors import BackupError
from dashboard.services.backup.figures import differences, doubts, ledgers, row_counts
from dashboard.services.backup.stores import ALIASES, store_of
from documents.services.mending import mend_papers
from orders.services.numbering import skip_numbers
from reviews.services.ratings import recount_all


@dataclass(kw_only=True)
class Restored:
    """What staff have to know. `doubts`: sums that did not add up when the backup was made."""

    manifest: manifest.Manifest
    same_key: bool
    doubts: list[str]
    missing_files: dict[str, list[str]] = field(default_factory=dict)
    mended: dict[str, int] = field(default_factory=dict)


def restore_backup(folder: Path, *, force: bool = False, skip: int = 0) -> Restored:
    """Put the backup in `folder` into the databases and storages of this shop.

    Nothing may use the shop meanwhile. Raises BackupError before anything is written when the backup is
    damaged or made on other databases, or when there is data already and `force` is off. Raises it
    afterwards when what was restored is not what the manifest says. Last, what the two stores say of each
    other is made to agree; with `skip`, so many numbers of each series of papers are left out, because
    papers that are lost may have gone out under them.
    """
    found = manifest.read(folder)
    for alias, vendor in found["databases"].items():
        if connections[alias].vendor != vendor:
            here = connections[alias].vendor
            raise BackupError(f"“{alias}” of the backup is {vendor}, here it is {here}. Use the same kind.")
    _make_room(force=force)
    for alias in ALIASES:
        store = store_of(alias)
        store.load(alias, folder / f"{alias}.{store.SUFFIX}")
    missing = {part: files.load(part, folder) for part in files.STORAGES}
    _verify(found)
    mended = mend_papers() | {"ratings counted again": recount_all()}
    if skip:
        mended["series moved on"] = skip_numbers(count=skip, now=timezone.now())
    return Restored(
        manifest=found,
        same_key=found["key"] == manifest.key_print(),
        doubts=doubts(found["ledgers"]),
        missing_files={part: names for part, names in missing.items() if names},
        mended=mended,
    )


def _make_room(*, force: bool) -> None:
    full = [alias for alias in ALIASES if not store_of(alias).is_empty(alias)]
    if full and not force:
        raise BackupError(
            f"There is data in {' and '.join(sorted(full))}. A backup goes into empty databases; "
            "with --force what is there is deleted first."
        )
    for alias in full:
        store_of(alias).clear(alias)


def _verify(found: manifest.Manifest) -> None:
    wrong = []
    for alias in ALIASES:
        count = mongodb.row_counts if connections[alias].vendor == "mongodb" else row_counts
        wrong += differences(found["rows"][alias], count(alias), alias)
    wrong += differences(found["ledgers"], ledgers("default"), "ledgers")
    if wrong:
        raise BackupError("What was restored is not what was backed up:\n" + "\n".join(wrong))
