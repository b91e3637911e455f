"""`manage.py copy_documents --from embedded --to mongodb`: move the documents to the other store."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from documents.services.copying import Copied, copy_all
from ecommerce.lib import documents_store
from ecommerce.lib.documents_stores import alias_of


class Command(BaseCommand):
    help = (
        "Copy reviews, paths of files and all other documents from one store to another: “embedded” is the "
        "SQLite file in VAR_DIR, “mongodb” is MONGODB_URI. A copy that was cut short is finished by running "
        "it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", required=True, choices=["embedded", "mongodb"])
        parser.add_argument("--to", dest="target", required=True, choices=["embedded", "mongodb"])
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="remove documents of the target that the source does not have",
        )

    def handle(self, *, source: str, target: str, dry_run: bool, prune: bool, **options: Any) -> None:
        if source == target:
            raise CommandError("--from and --to are the same store.")
        if "mongodb" not in settings.DOCUMENT_STORES:
            raise CommandError("Set MONGODB_URI: it says where MongoDB is.")
        try:
            self._copy(alias_of(source), alias_of(target), dry_run=dry_run, prune=prune)
        except documents_store.ERRORS as error:
            if not documents_store.is_down(error):
                raise
            raise CommandError(
                f"A store does not answer: {error}. Run the same again once it does."
            ) from error

    def _copy(self, source: str, target: str, *, dry_run: bool, prune: bool) -> None:
        if _owed(source):
            raise CommandError("The store to copy from lacks migrations: run manage.py prepare first.")
        if _owed(target):
            if dry_run:
                raise CommandError(
                    "The store to copy to has no tables yet, so all documents would be copied."
                )
            self.stdout.write("Making the tables of the store to copy to")
            call_command("migrate", database=target, interactive=False, verbosity=0)
        done = list(
            copy_all(source=source, target=target, write=not dry_run, prune=prune, progress=self._progress)
        )
        for result in done:
            self.stdout.write(_in_words(result, dry_run=dry_run))
        if not dry_run and not all(result.is_equal for result in done):
            raise CommandError(
                "The stores differ: documents changed during the copy, or the target has others. Stop the "
                "shop and run the same again, with --prune if the others may go."
            )

    def _progress(self, name: str, done: int) -> None:
        self.stdout.write(f"{name}: {done}", ending="\n")
        self.stdout.flush()


def _owed(alias: str) -> bool:
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _in_words(result: Copied, *, dry_run: bool) -> str:
    words = [f"{result.written} {'to copy' if dry_run else 'copied'}", f"{result.there} there already"]
    words += [f"{result.removed} removed"] if result.removed else []
    words += [f"{result.extra} that the source does not have"] if result.extra else []
    state = f"equal, sha256 {result.target_checksum[:16]}" if result.is_equal else "different"
    counts = f"{result.source_count} → {result.target_count}"
    return f"{result.name}: {', '.join(words)}; {counts}, {state}"
