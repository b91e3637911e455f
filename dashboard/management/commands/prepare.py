"""`manage.py prepare`: bring the shop in VAR_DIR up to date with the code, in one process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from catalog.models import Product
from ecommerce import replica
from orders.models import TaxRate
from orders.services.tax_seed import seed_tax_rates


class Command(BaseCommand):
    help = (
        "Migrate both databases, collect static files, load VAT rates and, in demo mode, the demo shop once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with _alone():
            for alias in connections:
                # A replica gets its tables from the primary, and may not be there today.
                if alias != replica.ALIAS:
                    self._migrate(alias)
            self._collect_static()
            if settings.DEMO_MODE:
                self._load_demo()
            self._seed_tax_rates()

    def _migrate(self, alias: str) -> None:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"Bringing the tables of the database “{alias}” up to date")
            call_command("migrate", database=alias, interactive=False, verbosity=0)

    def _collect_static(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / ".sources"
        sources = _static_sources()
        if stamp.is_file() and stamp.read_text() == sources:
            return
        self.stdout.write("Collecting and compressing static files")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(sources)

    def _load_demo(self) -> None:
        # It loads all or nothing, so one product says that it has been here, or that the shop
        # has products of its own.
        if Product.all_objects.exists():
            return
        self.stdout.write("Loading the demo shop, this once")
        call_command("load_demo", stdout=StringIO())

    def _seed_tax_rates(self) -> None:
        """A new shop begins with the VAT rates of Europe; staff change them afterwards."""
        if TaxRate.objects.exists():
            return
        self.stdout.write("Loading the VAT rates of Europe")
        seed_tax_rates(today=timezone.localdate())


@contextmanager
def _alone() -> Iterator[None]:
    """Two servers started together on one VAR_DIR prepare one after the other."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.VAR_DIR / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _static_sources() -> str:
    """A fingerprint of every static file's name, size and date, and of how they are stored."""
    digest = sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
