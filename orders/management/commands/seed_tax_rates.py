"""`manage.py seed_tax_rates`: add the VAT rates of Europe, and follow their changes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orders.services.tax_seed import planned_changes, seed_tax_rates


class Command(BaseCommand):
    help = "Add missing VAT rates and regions, and end the rates that changed. Past days stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and stop.")

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        work = planned_changes if dry_run else seed_tax_rates
        for sentence in work(today=timezone.localdate()).sentences:
            self.stdout.write(sentence)
