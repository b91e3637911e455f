"""Invoices as records. Their PDF is made by `documents` from the snapshot here."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils import timezone

from catalog.models import Store
from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField
from orders.models.order import Order


class InvoiceCounter(models.Model):
    """The last number given out in a series; its row is locked while a number is taken.

    A series belongs to the store that began it and to one kind of paper: no two sellers share one.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Invoices"
        CREDIT_NOTE = "credit_note", "Credit notes"

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE)
    series = models.CharField(max_length=20, unique=True)
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+")
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Invoice(BaseModel):
    """Never edited once issued. `file_stored_at` is empty while its PDF is still owed.

    An order that changes afterwards gets another one, which `corrects` the one before. `revision`
    is the order's when it was issued.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices")
    revision = models.PositiveIntegerField(default=0)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+")
    series = models.CharField(max_length=20)
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    amount = MoneyField()
    currency = models.CharField(max_length=3)
    snapshot = models.JSONField(help_text="Everything the paper says.")
    file_stored_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        ordering = ["-issued_at"]
        constraints = [
            UniqueConstraint(fields=["series", "sequence"], name="orders_invoice_sequence_unique"),
            UniqueConstraint(fields=["order", "revision"], name="orders_invoice_revision_unique"),
        ]

    def __str__(self) -> str:
        return self.number
