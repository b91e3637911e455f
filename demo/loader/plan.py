"""What to load: how much of everything, from which seed, seen from which day."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

DAYS = 120
ORDERS, CUSTOMERS, SEED = 300, 40, 2026
# Reviews keep their share of the orders up to here; more would say nothing new.
MOST_REVIEWS = 20_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The same plan makes the same rows. `midnight` is the start of today, `products` None for
    the curated ones only."""

    midnight: datetime
    products: int | None = None
    orders: int = ORDERS
    customers: int = CUSTOMERS
    seed: int = SEED

    @property
    def reviews(self) -> int:
        return min(self.orders * 4 // 3, MOST_REVIEWS)

    def dice(self, purpose: str) -> random.Random:
        """Dice of one purpose, so that more orders do not change which customers there are."""
        return random.Random(f"{self.seed}:{purpose}")

    def days_ago(self, days: float) -> datetime:
        return self.midnight - timedelta(days=days)


def start_of_today() -> datetime:
    """Midnight in the shop's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def letters(dice: random.Random, count: int, alphabet: str) -> str:
    """A word of `count` characters of `alphabet`."""
    return "".join(dice.choices(alphabet, k=count))
