"""manage.py recount_ratings: put product ratings right that a crash left out of date."""

from typing import Any

from django.core.management.base import BaseCommand

from reviews.services.ratings import recount_all


class Command(BaseCommand):
    help = "Count every product's rating again from its published reviews."

    def handle(self, *args: Any, **options: Any) -> None:
        corrected = recount_all()
        self.stdout.write(f"{corrected} ratings corrected")
