"""Make a backup while the shop is open."""

import shutil
from datetime import datetime
from pathlib import Path

from django.db import connections
from django.utils import timezone

from dashboard.services.backup import files, manifest, mongodb
from dashboard.services.backup.errors import BackupError
from dashboard.services.backup.figures import Figures, ledgers, row_counts
from dashboard.services.backup.stores import ALIASES, store_of

UNFINISHED = ".unfinished"


def make_backup(parent: Path, *, now: datetime, keep: int = 0) -> tuple[Path, manifest.Manifest]:
    """Back the shop up into a new folder of `parent`, named after `now`; returns it and its manifest.

    The folder has its name only once it is complete. With `keep`, older backups beyond so many go, and
    not before the new one is there. Raises BackupError, and leaves nothing, when a part cannot be read.
    """
    name = f"shop-{now.astimezone(timezone.get_fixed_timezone(0)):%Y%m%d-%H%M%S}"
    folder = parent / name
    if folder.exists():
        raise BackupError(f"{folder} is there already.")
    draft = parent / (name + UNFINISHED)
    parent.mkdir(parents=True, exist_ok=True)
    draft.mkdir(mode=0o700)  # names, addresses and papers of everybody
    try:
        made = _fill(draft, now)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    for old in backups_in(parent)[:-keep] if keep else []:
        shutil.rmtree(old)
    return folder, made


def backups_in(parent: Path) -> list[Path]:
    """The complete backups of a folder, the oldest first."""
    return sorted(path.parent for path in parent.glob(f"shop-*/{manifest.NAME}"))


def _fill(folder: Path, now: datetime) -> manifest.Manifest:
    databases, figures = {}, {}
    for alias in ALIASES:
        databases[alias] = connections[alias].vendor
        figures[alias] = _dump(alias, folder)
    money = figures["default"].pop("ledgers")
    for part in files.STORAGES:
        files.dump(part, folder)
    return manifest.write(folder, made_at=now.isoformat(), databases=databases, rows=figures, ledgers=money)


def _dump(alias: str, folder: Path) -> Figures:
    """Write one database down and count what was written, not what is there by now."""
    store = store_of(alias)
    target = folder / f"{alias}.{store.SUFFIX}"
    with store.dump(alias, target) as written:
        if written is None:
            return mongodb.counted(target)
        counts: Figures = row_counts(written)
        return counts | {"ledgers": ledgers(written)} if alias == "default" else counts
