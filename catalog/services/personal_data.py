"""Wishes to be told when something is back: handed out, and erased."""

from datetime import datetime
from typing import Any

from catalog.models import StockRequest
from ecommerce.lib.personal_data import Person

COVERS = frozenset({"catalog.StockRequest"})
_FIELDS = ("variant__sku", "email", "created_at", "notified_at", "cancelled_at")


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    rows = StockRequest.objects.filter(person.named_in("email")).order_by("pk")
    return {"stock_requests": iter(rows.values(*_FIELDS).iterator(chunk_size=500))}


def erase(person: Person, now: datetime) -> None:
    """A wish is of no use without its address."""
    StockRequest.objects.filter(person.named_in("email")).delete()
