"""The one email that asks how an order was: some days after it was delivered, and never twice.

A survey that is open and not sent is an email that is owed. Which orders are due is asked of the
relational store, which of them have a survey already of the document store: no query spans both.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from catalog.models import StoreSettings
from ecommerce.lib.emails import send_email
from orders.models import Order
from reviews.models import Survey
from reviews.services.survey_links import survey_url
from reviews.services.surveys import may_be_asked, stored_survey, wants_none

log = logging.getLogger(__name__)

# Orders delivered longer ago are not asked about any more, so that a shop that begins with surveys,
# or whose sweep stood still, does not write to everybody there ever was.
_LATE = timedelta(days=14)
# Nor are those that took so long; it also keeps the search among the orders of the last months.
_PLACED = timedelta(days=120)
_CLAIM = timedelta(minutes=5)
_PER_RUN, _AT_ONCE = 200, 500


def ask_due(*, now: datetime) -> int:
    """Ask about the orders that are due; returns how many emails went out. `SURVEY_DAYS = 0` asks nobody."""
    if not settings.SURVEY_DAYS:
        return 0
    for order in _due(now):
        stored_survey(order)
    owed = Survey.objects.filter(_free(now), status=Survey.Status.OPEN, sent_at=None, stopped_at=None)
    owed = owed.filter(created_at__gt=now - _LATE).order_by("attempts", "created_at")
    return sum(send_survey(pk, now=now) for pk in list(owed.values_list("pk", flat=True)[:_PER_RUN]))


def send_survey(pk: str, *, now: datetime | None = None) -> bool:
    """Send the email of one survey, once; returns whether this call did.

    The claim is a guarded update, so of several workers one sends. An order that went back since, an
    erased one, and an address that wants none of these get none.
    """
    now = now or timezone.now()
    row = Survey.objects.filter(pk=pk)
    mine = row.filter(_free(now), status=Survey.Status.OPEN, sent_at=None)
    if not mine.update(claimed_at=now, attempts=F("attempts") + 1):
        return False
    order = Order.objects.filter(pk=row.get().order_id).first()
    if order is None or not may_be_asked(order) or wants_none(order.email):
        row.filter(status=Survey.Status.OPEN).update(status=Survey.Status.NOT_SENT)
        return False
    shop = StoreSettings.current()
    context = {
        "order": order,
        "survey_url": survey_url(order),
        "shop_name": shop.name,
        "contact_phone": shop.contact_phone,
    }
    try:
        send_email(template="survey", to=order.email, context=context)
    except Exception:
        log.exception("the survey of order %s was not sent", order.number)
        row.update(claimed_at=None)
        return False
    row.update(sent_at=timezone.now())
    return True


def _due(now: datetime) -> Iterator[Order]:
    """Some orders that were delivered long enough ago and have no survey yet, the oldest first."""
    due = now - timedelta(days=settings.SURVEY_DAYS)
    rows = Order.objects.filter(
        status=Order.Status.DELIVERED,
        placed_at__gt=due - _LATE - _PLACED,
        delivered_at__gt=due - _LATE,
        delivered_at__lte=due,
    ).exclude(payment_status=Order.PaymentStatus.REFUNDED)
    keys = list(rows.order_by("delivered_at", "pk").values_list("pk", flat=True))
    found: list[int] = []
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        there = set(Survey.all_objects.filter(order_id__in=part).values_list("order_id", flat=True))
        found += [key for key in part if key not in there]
        if len(found) >= _PER_RUN:
            break
    yield from Order.objects.filter(pk__in=found[:_PER_RUN]).select_related("customer").order_by("pk")


def _free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - _CLAIM)
