"""Papers: invoices and credit notes are handed out, labels are erased."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.storage import storages

from documents.models import OrderFile
from ecommerce.lib.personal_data import Person
from orders.models import Order

COVERS = frozenset({"documents.OrderFile"})
_FIELDS = ("order_number", "file_type", "file_name", "size", "created_at")
_INVOICES = (OrderFile.FileType.INVOICE, OrderFile.FileType.CREDIT_NOTE)
_LABELS = (OrderFile.FileType.SHIPPING_LABEL, OrderFile.FileType.RETURN_LABEL)
# No store takes a list of any length.
_AT_ONCE = 500


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {"papers": (row for part in _parts(person) for row in part.values(*_FIELDS))}


def files(person: Person) -> Iterator[tuple[str, str]]:
    """(name in the archive, path in private storage) of invoices and credit notes."""
    for part in _parts(person):
        for name, path in part.filter(file_type__in=_INVOICES).values_list("file_name", "path"):
            yield f"invoices/{name}", path


def erase(person: Person, now: datetime) -> None:
    """Labels go; invoices and credit notes stay as long as the law wants (`retention`).

    Each step can be repeated: a file goes before the document that names it.
    """
    for part in _parts(person):
        for file in part.filter(file_type__in=_LABELS):
            storages["private"].delete(file.path)
            file.hard_delete()


def _parts(person: Person) -> Iterator[Any]:
    """The papers of the person's orders, in parts that the store can take."""
    orders = list(Order.all_objects.filter(person.owns()).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(orders), _AT_ONCE):
        ids = orders[start : start + _AT_ONCE]
        yield OrderFile.all_objects.filter(order_id__in=ids).order_by("created_at", "pk")
