"""Questions that shoppers send to the shop."""

from django.conf import settings
from django.db import models

from ecommerce.lib.models import BaseModel


class Ticket(BaseModel):
    """A message from the contact page, and how far staff are with it."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    status = models.CharField(max_length=20, choices=Status, default=Status.OPEN)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="tickets"
    )
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254)
    order_number = models.CharField(max_length=12, blank=True)
    subject = models.CharField(max_length=120)
    message = models.TextField(max_length=4000)
    answer = models.TextField(max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.subject
