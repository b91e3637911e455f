"""A demo shop that the tests of a module share; it is rolled back afterwards."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import transaction

from demo.loader import Plan, load_demo
from demo.loader.progress import Progress

# A Monday, so that orders of the weekend wait to be sent.
MIDNIGHT = datetime(2026, 11, 23, tzinfo=ZoneInfo("Europe/Berlin"))


def load(**choices: int) -> Plan:
    """Load a demo seen from MIDNIGHT, without bars, and return its plan."""
    plan = Plan(midnight=MIDNIGHT, **choices)
    load_demo(plan, progress=Progress(shown=False))
    return plan


@pytest.fixture(scope="module")
def demo_shop(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Plan]:
    """The default demo. Tests that change it do so in a transaction of their own."""
    cache.clear()
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using="documents"):
        yield load()
        for alias in ("default", "documents"):
            transaction.set_rollback(True, using=alias)
    cache.clear()


@pytest.fixture
def undone() -> Iterator[None]:
    """Undo what the test does to the shared demo."""
    with transaction.atomic(), transaction.atomic(using="documents"):
        yield
        for alias in ("default", "documents"):
            transaction.set_rollback(True, using=alias)
