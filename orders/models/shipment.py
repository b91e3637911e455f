"""Parcels."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q
from django.utils import timezone

from ecommerce.lib.models import BaseModel
from orders.models.order import Order, OrderLine


class Shipment(BaseModel):
    """What left together. `label_stored_at` is empty while its label is still owed."""

    class Status(models.TextChoices):
        SHIPPED = "shipped", "On its way"
        DELIVERED = "delivered", "Delivered"

    status = models.CharField(max_length=20, choices=Status, default=Status.SHIPPED)
    order = models.ForeignKey(Order, models.CASCADE, related_name="shipments")
    carrier = models.CharField(max_length=60)
    tracking_number = models.CharField(max_length=60, blank=True, db_index=True)
    tracking_url = models.URLField(max_length=400, blank=True)
    shipped_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    label_stored_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [Index(fields=["label_stored_at", "shipped_at"], name="orders_shipment_label_owed")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_number}".strip()


class ShipmentLine(models.Model):
    """How many of an order line are in a parcel."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.CASCADE, related_name="shipped_in")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gte=1), name="orders_shipmentline_quantity_positive")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.full_name}"
