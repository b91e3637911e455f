"""What somebody agreed to, or no longer agrees to: a log that is only ever added to."""

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models
from django.db.models import Index
from django.utils import timezone

_NEVER = "A consent is never changed or deleted; write another one."


class ConsentQuerySet(models.QuerySet):
    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER)

    def delete(self) -> NoReturn:
        raise TypeError(_NEVER)

    delete.queryset_only = True  # type: ignore[attr-defined]

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def pseudonymise(self, pseudonym: str) -> int:
        """The one change there is: who it was is erased, that it was agreed to stays."""
        return super().update(email=pseudonym, address="")


class Consent(models.Model):
    """One answer to one question, in the words that were on the page. The newest one counts.

    `version` tells one text of the terms or the privacy notice from another; the texts are in the
    history of `templates/pages/`. `address` is the visitor's network, without the line in it.
    """

    class Kind(models.TextChoices):
        TERMS = "terms", "Terms"
        PRIVACY = "privacy", "Privacy notice"
        MARKETING_EMAIL = "marketing_email", "News by email"

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="consents"
    )
    email = models.EmailField(max_length=254, blank=True, help_text="As it was then.")
    kind = models.CharField(max_length=20, choices=Kind)
    given = models.BooleanField(help_text="No: it was taken back.")
    wording = models.CharField(max_length=500, help_text="The words that were on the page.")
    version = models.CharField(max_length=16, blank=True, help_text="Of the text that they point to.")
    where = models.CharField(max_length=60, help_text="A page, or the number of an order.")
    address = models.CharField("network", max_length=45, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            Index(fields=["kind", "email", "id"], name="customers_consent_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'yes' if self.given else 'no'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises TypeError for one that is written already."""
        if self.pk is not None:
            raise TypeError(_NEVER)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER)
