"""The email to whoever made an endpoint that the shop gave up. Owed until it was sent."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from ecommerce.lib.emails import send_email
from webhooks.models import Endpoint

log = logging.getLogger(__name__)

# Claimed for so long, and tried again after it.
_CLAIM = timedelta(minutes=10)
# Then the words are out of date.
_OUT_OF_DATE = timedelta(days=7)


def tell_maker(pk: int) -> bool:
    """Send one email that is owed; returns whether this call sent it. The claim is a guarded update."""
    now = timezone.now()
    if not _owed(now).filter(pk=pk).update(notice_due_at=now + _CLAIM):
        return False
    endpoint = Endpoint.objects.select_related("created_by").get(pk=pk)
    maker = endpoint.created_by
    if maker is not None and maker.is_active and maker.email:
        link = settings.SITE_URL + reverse("admin:webhooks_endpoint_change", args=[pk])
        try:
            send_email(
                template="webhook_given_up",
                to=maker.email,
                context={"endpoint": endpoint, "name": maker.get_full_name(), "link": link},
            )
        except Exception:
            log.exception("the email about webhook %s was not sent", pk)
            return False
    Endpoint.objects.filter(pk=pk).update(notice_due_at=None)
    return True


def tell_makers(*, now: datetime) -> int:
    """Send what is still owed; returns how many emails went out."""
    return sum(tell_maker(pk) for pk in list(_owed(now).values_list("pk", flat=True)[:100]))


def _owed(now: datetime) -> QuerySet[Endpoint]:
    recent = Q(disabled_at__gt=now - _OUT_OF_DATE)
    return Endpoint.objects.filter(recent, notice_due_at__lte=now)
