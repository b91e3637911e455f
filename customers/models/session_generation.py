"""Which copies of sessions in the cache count."""

from django.db import models


class SessionGeneration(models.Model):
    """One row, or none yet. Copies of sessions carry its number, so a new number makes all of them void.

    It goes up when a copy that is out of date could not be taken out of the cache
    (`customers/session_store.py`).
    """

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
