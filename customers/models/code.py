"""One-time codes: what is kept of them, and how often they were asked for and tried."""

from django.db import models


class OneTimeCode(models.Model):
    """The newest code of a recipient, and how often codes were asked for and tried.

    One row for each phone number or email address that asked, whether an account has it or not. Only
    `services/otp.py` writes here.
    """

    recipient = models.CharField(max_length=254, unique=True, help_text="E.164, or an email address.")
    code_hash = models.CharField(max_length=64, blank=True, default="", help_text="Empty: no code works.")
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0, help_text="Of this code.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row, of any code.")
    tried_at = models.DateTimeField(null=True, blank=True)
    hour_began_at = models.DateTimeField()
    hour_sent = models.PositiveSmallIntegerField(default=0)
    day_began_at = models.DateTimeField(db_index=True)
    day_sent = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"Code {self.pk}"
