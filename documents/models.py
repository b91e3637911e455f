"""Where the files of an order are: documents, kept in the document store."""

from django.db import models
from django.db.models import Index

from ecommerce.lib.models import BaseDocument


class OrderFile(BaseDocument):
    """The path of an invoice, a label or another paper in private storage.

    `source` names what the file shows ("invoice:12", "shipment:7"); one live file each.
    """

    class FileType(models.TextChoices):
        INVOICE = "invoice", "Invoice"
        CREDIT_NOTE = "credit_note", "Credit note"
        SHIPPING_LABEL = "shipping_label", "Shipping label"
        RETURN_LABEL = "return_label", "Return label"

    order_id = models.BigIntegerField(db_index=True)
    order_number = models.CharField(max_length=12)
    source = models.CharField(max_length=64)
    file_type = models.CharField(max_length=20, choices=FileType, default=FileType.INVOICE)
    file_name = models.CharField(max_length=120)
    path = models.CharField(max_length=300)
    content_type = models.CharField(max_length=80, default="application/pdf")
    size = models.PositiveIntegerField(default=0)
    checksum = models.CharField(max_length=64, help_text="SHA-256 of the file.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "deletion_token"], name="documents_orderfile_source_unique"
            )
        ]
        indexes = [
            Index(fields=["order_id", "created_at"], name="documents_orderfile_order"),
            # MongoDB's unique index is partial, and cannot be asked for the source alone.
            Index(fields=["source"], name="documents_orderfile_by_source"),
            # As the list of the staff site is sorted, read backwards.
            Index(fields=["created_at", "id"], name="documents_orderfile_newest"),
        ]

    def __str__(self) -> str:
        return self.file_name
