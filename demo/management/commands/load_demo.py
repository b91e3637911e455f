"""Fill an empty shop with the demo: `manage.py load_demo`."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.loader import Plan, ShopNotEmpty, load_demo, start_of_today
from demo.loader.people import ADA_EMAIL, ADA_PASSWORD, OWNER_EMAIL, OWNER_PASSWORD
from demo.loader.plan import CUSTOMERS, ORDERS, SEED
from demo.loader.progress import Progress


class Command(BaseCommand):
    help = "Fill an empty shop with example products, customers, orders and reviews."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--products", type=_count, help="how many; made up beyond the curated ones")
        parser.add_argument("--orders", type=_count, default=ORDERS, help=f"default {ORDERS}")
        parser.add_argument("--customers", type=_count, default=CUSTOMERS, help=f"default {CUSTOMERS}")
        parser.add_argument("--seed", type=int, default=SEED, help="the same seed loads the same shop")
        parser.add_argument("--no-progress", action="store_true", help="show no bars")

    def handle(self, **options: Any) -> None:
        plan = Plan(
            midnight=start_of_today(),
            products=options["products"],
            orders=options["orders"],
            customers=options["customers"],
            seed=options["seed"],
        )
        try:
            load_demo(plan, progress=Progress(shown=not options["no_progress"]))
        except ShopNotEmpty as error:
            raise CommandError(str(error)) from error
        if not settings.DEMO_MODE:
            self.stdout.write(
                "The demo shop is loaded. Its accounts cannot sign in, because SHOP_DEMO is off: give "
                f"them passwords with `manage.py changepassword {OWNER_EMAIL}`."
            )
            return
        self.stdout.write(
            f"The demo shop is loaded.\nStaff:    {OWNER_EMAIL} / {OWNER_PASSWORD}\n"
            f"Customer: {ADA_EMAIL} / {ADA_PASSWORD}"
        )


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 10000000")
    return int(text)
