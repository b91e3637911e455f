"""`manage.py who_may`: who may use which address, as a table."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ecommerce.access import TABLE


class Command(BaseCommand):
    help = "Print every address of the site with who may use it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", nargs="?", default="", help="only names that contain this")

    def handle(self, *, part: str, **_: Any) -> None:
        for name, methods in sorted(TABLE.items()):
            for method, rule in methods.items():
                if part in name:
                    self.stdout.write(f"{name:45} {method:6} {rule}")
