"""`manage.py reindex_search`: write what search reads anew."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from catalog.models import Product
from catalog.services.search_index import reindex


class Command(BaseCommand):
    help = "Write the search texts of all published products and the vocabulary anew."

    def handle(self, *args: Any, **options: Any) -> None:
        total = Product.objects.filter(status=Product.Status.PUBLISHED).count()
        done = 0
        with tqdm(total=total, unit=" products", disable=options["verbosity"] == 0) as bar:
            for done in reindex():
                bar.update(done - bar.n)
        self.stdout.write(f"{done} products can be found.")
