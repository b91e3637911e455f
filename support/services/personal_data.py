"""Questions to the shop: handed out, and emptied."""

from datetime import datetime
from typing import Any

from ecommerce.lib.personal_data import ERASED, Person, erased_email
from support.models import Ticket

COVERS = frozenset({"support.Ticket"})
_FIELDS = (
    "subject", "name", "email", "order_number", "message", "answer", "status", "created_at", "answered_at"
)  # fmt: skip


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    rows = Ticket.all_objects.filter(person.owns()).order_by("pk")
    return {"questions": iter(rows.values(*_FIELDS).iterator(chunk_size=500))}


def erase(person: Person, now: datetime) -> None:
    """The rows stay, to be counted, with nothing of the person in them."""
    rows = Ticket.all_objects.filter(person.owns())
    for email in set(rows.order_by().values_list("email", flat=True)):
        Ticket.all_objects.filter(person.owns(), email=email).update(
            email=erased_email(email),
            name=ERASED,
            message=ERASED,
            answer="",
            comments="",
            order_number="",
            status=Ticket.Status.CLOSED,
        )
