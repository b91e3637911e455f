"""Credit notes as records: what an invoice asked for and the shopper does not owe after all."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone

from catalog.models import Store
from ecommerce.lib.models import BaseModel
from ecommerce.lib.money import MoneyField
from orders.models.invoice import Invoice
from orders.models.order import Order


class CreditNote(BaseModel):
    """Never edited once issued. `file_stored_at` is empty while its PDF is still owed.

    `key` names what it was issued for (a refund), so that it is issued once. `lines` are the pieces
    it credits (order line id -> pieces); empty for a price reduction.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="credit_notes")
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    store = models.ForeignKey(Store, models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    series = models.CharField(max_length=20)
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=40, unique=True)
    issued_at = models.DateTimeField(default=timezone.now)
    amount = MoneyField(help_text="What is credited, VAT included.")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=200)
    lines = models.JSONField(default=dict, blank=True)
    snapshot = models.JSONField(help_text="Everything the paper says.")
    file_stored_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        ordering = ["-issued_at", "-pk"]
        constraints = [
            UniqueConstraint(fields=["series", "sequence"], name="orders_creditnote_sequence_unique"),
            CheckConstraint(condition=Q(amount__gt=0), name="orders_creditnote_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.number
