"""`manage.py document_rules`: have MongoDB keep the rules of the documents, or stop keeping them."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from pymongo.errors import OperationFailure

from ecommerce.lib.document_rules import all_documents, apply_rules, drop_rules


class Command(BaseCommand):
    help = "Write the JSON schema of every collection to MongoDB, as each migrate does, or take them away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="let MongoDB accept any document")

    def handle(self, *, remove: bool, **options: Any) -> None:
        connection = connections["documents"]
        if connection.vendor != "mongodb":
            self.stdout.write("The documents are in SQLite, which keeps no such rules. Nothing to do.")
            return
        change = drop_rules if remove else apply_rules
        for model in all_documents(apps):
            try:
                changed = change(model, connection)
            except OperationFailure as error:
                raise CommandError(f"{model._meta.db_table}: {error}") from error
            words = ("removed" if remove else "written") if changed else "nothing to change"
            self.stdout.write(f"{model._meta.db_table}: {words}")
