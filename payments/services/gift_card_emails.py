"""The email that brings a gift card: owed with the card, sent after commit, found again when lost."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.background import after_commit
from ecommerce.lib.emails import NotSent, send_email
from payments.models import GiftCard
from payments.services.gift_card_codes import unseal

log = logging.getLogger(__name__)

# A claim this old belonged to a process that died before it could send.
_CLAIM = timedelta(minutes=5)
# An address that the mail server refuses so often is given up; staff see it with the card.
_TRIES = 50


def owe_email(*, card: GiftCard) -> None:
    """Have the email of a card with a sealed code sent after commit."""
    from payments.tasks import send_gift_card as task

    GiftCard.objects.filter(pk=card.pk).update(email_owed_at=timezone.now())
    after_commit(task, card.pk)


def send_gift_card(pk: int) -> bool:
    """Send the email of one card; returns whether this call sent it.

    The claim is a guarded update, so of several workers one sends. With the email sent the shop
    forgets the code.
    """
    now = timezone.now()
    if not _owed(now).filter(pk=pk).update(email_claimed_at=now, email_attempts=F("email_attempts") + 1):
        return False
    card = GiftCard.objects.select_related("order").get(pk=pk)
    try:
        send_email(template="gift_card", to=card.recipient_email, context=_context(card))
    except Exception as error:
        # Without a traceback: the code is among what the functions in it hold.
        log.error("the email of gift card %s was not sent: %s", pk, type(error).__name__)
        GiftCard.objects.filter(pk=pk).update(email_claimed_at=None, email_error=str(error)[:300])
        return False
    GiftCard.objects.filter(pk=pk).update(email_sent_at=timezone.now(), email_error="", sealed_code="")
    return True


def raise_refused(pk: int) -> None:
    """Raise NotSent when the mail server refused this email and nobody is at it now. Without its answer,
    in which the code may be."""
    if (
        GiftCard.objects.filter(pk=pk, email_sent_at=None, email_claimed_at=None)
        .exclude(email_error="")
        .exists()
    ):
        raise NotSent("The mail server refused it; the card says why.")


def send_owed_cards(*, now: datetime, limit: int = 200) -> int:
    """Send what is still owed and not being sent by somebody; returns how many went out."""
    owed = _owed(now).order_by("email_attempts", "pk").values_list("pk", flat=True)
    return sum(send_gift_card(pk) for pk in list(owed[:limit]))


def _owed(now: datetime) -> Any:
    free = Q(email_claimed_at=None) | Q(email_claimed_at__lt=now - _CLAIM)
    return GiftCard.objects.filter(
        free, email_owed_at__isnull=False, email_sent_at=None, email_attempts__lt=_TRIES
    ).exclude(sealed_code="")


def _context(card: GiftCard) -> dict[str, Any]:
    shop = StoreSettings.current()
    return {
        "card": card,
        "code": unseal(card.sealed_code),
        "shop_name": shop.name,
        "contact_phone": shop.contact_phone,
        "shop_url": settings.SITE_URL + reverse("catalog:product_list"),
        "check_url": settings.SITE_URL + reverse("payments:gift_card"),
    }
