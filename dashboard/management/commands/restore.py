"""`manage.py restore FOLDER`: put a backup back and check it against its manifest."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.services.backup.errors import BackupError
from dashboard.services.backup.restoring import Restored, restore_backup

SHOWN = 10


class Command(BaseCommand):
    help = "Put the backup in FOLDER into this shop. Stop the server, the worker and beat first."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--force", action="store_true", help="delete what is in the databases first")
        parser.add_argument(
            "--skip-numbers",
            type=int,
            default=0,
            metavar="N",
            help="leave out N numbers of invoices and credit notes: more than were issued since the backup",
        )

    def handle(self, *, folder: Path, force: bool, skip_numbers: int, **_: Any) -> None:
        if skip_numbers < 0:
            raise CommandError("--skip-numbers wants a number of papers.")
        try:
            restored = restore_backup(folder, force=force, skip=skip_numbers)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._tell(restored)

    def _tell(self, restored: Restored) -> None:
        made_at = restored.manifest["made_at"]
        self.stdout.write(
            f"Restored, and equal to the backup of {made_at} in rows, money, stock and numbers."
        )
        for what, count in restored.mended.items():
            if count:
                self.stdout.write(f"{count} {what}")
        for part, names in restored.missing_files.items():
            self.stderr.write(f"{len(names)} files of {part} are no longer in the bucket:")
            for name in names[:SHOWN]:
                self.stderr.write(f"  {name}")
        for words in restored.doubts:
            self.stderr.write(f"It was so when the backup was made: {words}")
        if not restored.same_key:
            self.stderr.write(
                "The backup was made under another SECRET_KEY. Put that key into SECRET_KEY or "
                "SECRET_KEY_FALLBACKS, or gift card codes and second factors are lost."
            )
        self.stdout.write("Next: manage.py migrate, migrate --database documents, then sweep.")
