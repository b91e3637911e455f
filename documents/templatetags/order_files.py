"""The files of an order on pages of the shop and of the staff.

A page never breaks on the document store: while it is down, there are no files and a word
about it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from documents.access import is_files_staff
from documents.models import OrderFile
from documents.services.files import return_source
from ecommerce.lib import documents_store
from orders.models import CreditNote, Invoice, Order, Return

register = template.Library()
FOR_SHOPPERS = (OrderFile.FileType.INVOICE, OrderFile.FileType.CREDIT_NOTE)


@dataclass(frozen=True, kw_only=True)
class OrderFiles:
    """The files of an order, the newest first; `unavailable` when nobody can say."""

    files: list[OrderFile] = field(default_factory=list)
    unavailable: bool = False

    def __iter__(self) -> Iterator[OrderFile]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


@register.simple_tag(name="order_files")
def order_files(order: Order) -> OrderFiles:
    """`{% order_files order as files %}`: one query; `files.unavailable` while the store is down."""
    try:
        return OrderFiles(files=list(OrderFile.objects.filter(order_id=order.pk)))
    except documents_store.ERRORS as error:
        documents_store.tell(error, f"files of order {order.number}")
        return OrderFiles(unavailable=True)


@register.inclusion_tag("documents/_files.html", takes_context=True)
def order_files_list(context: dict[str, Any], order: Order) -> dict[str, Any]:
    """Links to the papers a shopper has a use for, with the order's token for a guest."""
    found = order_files(order)
    papers = [file for file in found if file.file_type in FOR_SHOPPERS]
    return {
        "links": [{"file": file, "url": file_link(context, order, file)} for file in papers],
        "unavailable": found.unavailable,
        "owed": "" if found.unavailable else _owed(order, {file.file_type for file in papers}),
    }


def _owed(order: Order, kept: set[str]) -> str:
    """What is issued and not yet to be had, in words."""
    types = OrderFile.FileType
    if types.INVOICE not in kept and Invoice.objects.filter(order=order).exists():
        return "invoice"
    if CreditNote.objects.filter(order=order, file_stored_at=None).exists():
        return "credit note"
    return ""


def file_link(context: dict[str, Any], order: Order, file: OrderFile) -> str:
    """Where a viewer of the order's page gets the file.

    The page was shown to them, so they are its customer, staff, or hold the order's token;
    only the last need it in the link.
    """
    user: Any = getattr(context.get("request"), "user", None) or AnonymousUser()
    if user.is_authenticated and (order.customer_id == user.pk or is_files_staff(user)):
        return reverse("documents:download", args=[file.pk])
    return reverse("documents:download", args=[file.pk], query={"token": order.token})


@register.inclusion_tag("documents/_return_label.html", takes_context=True)
def return_label(context: dict[str, Any], return_: Return) -> dict[str, Any]:
    """The link to the label of an approved return, or a word about it."""
    try:
        file = OrderFile.objects.filter(source=return_source(return_.pk)).first()
    except documents_store.ERRORS as error:
        documents_store.tell(error, f"label of return {return_.number}")
        return {"unavailable": True}
    return {"file": file, "url": file_link(context, return_.order, file) if file else ""}
