"""`manage.py backup FOLDER`: both databases and the files, with a manifest, while the shop is open."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from dashboard.services.backup.backing_up import make_backup
from dashboard.services.backup.errors import BackupError
from dashboard.services.backup.figures import doubts


class Command(BaseCommand):
    help = "Back the shop up into a new folder of FOLDER. The shop may be open meanwhile."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="delete older backups there beyond the newest N"
        )

    def handle(self, *, folder: Path, keep: int, **_: Any) -> None:
        if keep < 0:
            raise CommandError("--keep wants a number of backups.")
        try:
            made, manifest = make_backup(folder, now=timezone.now(), keep=keep)
        except BackupError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The backup could not be written: {error}") from error
        for words in doubts(manifest["ledgers"]):
            self.stderr.write(f"Please look at this: {words}")
        size = sum(file["size"] for file in manifest["files"].values())
        rows = sum(sum(tables.values()) for tables in manifest["rows"].values())
        self.stdout.write(f"{rows} rows and the files, {size / 1024**2:.1f} MB")
        self.stdout.write(str(made))
