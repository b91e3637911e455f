"""What happened, in the words in which it is sent."""

import secrets

from django.db import models
from django.db.models import Index
from django.utils import timezone


def new_public_id() -> str:
    """The name of an event: the same in every repeat of it."""
    return f"evt_{secrets.token_hex(16)}"


class Event(models.Model):
    """One thing that happened. `payload` is the JSON text as it is sent, to the letter, each time.

    `object_id` names what it is about, in the way the API does: an order's id, a SKU.
    """

    public_id = models.CharField("ID", max_length=40, unique=True, default=new_public_id)
    type = models.CharField(max_length=40)
    object_id = models.CharField("about", max_length=64, blank=True)
    payload = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [Index(fields=["type", "object_id"], name="webhooks_event_object")]

    def __str__(self) -> str:
        return f"{self.type} {self.object_id}".strip()
