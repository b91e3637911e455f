"""Every write to the answers of surveys. The emails that ask for them are in `survey_emails.py`."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.personal_data import erased_email, is_erased
from orders.models import Order
from reviews.models import Survey
from reviews.models.survey import CHANGE_FOR
from reviews.services.texts import clean_text

MAX_COMMENT = 1000


class SurveyClosed(DomainError):
    code = "survey_closed"


def may_be_asked(order: Order) -> bool:
    """Whether there is something to say of it: it has arrived, and neither it nor its money went back."""
    return (
        order.status == Order.Status.DELIVERED
        and order.delivered_at is not None
        and order.payment_status != Order.PaymentStatus.REFUNDED
        and not is_erased(order.email)
    )


def survey_of(order: Order) -> Survey:
    """The order's survey as it is stored, or a new one that is not. Reads, and writes nothing."""
    return Survey.objects.filter(order_id=order.pk).first() or Survey(**_facts(order))


def stored_survey(order: Order) -> Survey:
    """The order's survey, stored now when it was not. Two at once get the same one."""
    facts = _facts(order)
    survey, _ = Survey.objects.get_or_create(order_id=facts.pop("order_id"), defaults=facts)
    return survey


def answer_survey(
    *,
    order: Order,
    overall: int,
    recommend: int | None = None,
    delivery: int | None = None,
    comment: str = "",
    now: datetime | None = None,
) -> Survey:
    """Keep what the shopper says of an order; again within 30 days replaces it.

    Raises BadInput (fields `overall`, `recommend`, `delivery`, `comment`), and SurveyClosed for an
    order that is not asked about or whose time is over; nothing is changed then.
    """
    now = now or timezone.now()
    answers = {
        "overall": _number(overall, 1, 5, field="overall"),
        "recommend": None if recommend is None else _number(recommend, 0, 10, field="recommend"),
        "delivery": None if delivery is None else _number(delivery, 1, 5, field="delivery"),
        "comment": clean_text(comment, field="comment", least=0, most=MAX_COMMENT),
    }
    if not may_be_asked(order) or not survey_of(order).can_be_answered(now):
        raise SurveyClosed("The answers to this survey can no longer be changed. Thank you.")
    survey = Survey.objects.filter(pk=stored_survey(order).pk)
    # The first of several at once says when the 30 days begin.
    survey.filter(answered_at=None).update(answered_at=now, status=Survey.Status.ANSWERED)
    in_time = Q(answered_at__gt=now - CHANGE_FOR)
    survey.filter(in_time).update(**answers, changed_at=now, modified_at=now)
    return survey.get()


def stop_asking(*, order: Order) -> None:
    """Ask nobody at this order's address again; a repeat changes nothing."""
    survey = stored_survey(order)
    Survey.objects.filter(pk=survey.pk, stopped_at=None).update(stopped_at=timezone.now())


def wants_none(email: str) -> bool:
    """Whether somebody at this address said so once; an erasure does not forget it."""
    addresses = [email.lower(), erased_email(email)]
    return Survey.objects.filter(customer_email__in=addresses).exclude(stopped_at=None).exists()


def _facts(order: Order) -> dict:
    return {
        "order_id": order.pk,
        "order_number": order.number,
        "customer_id": str(order.customer.customer_id) if order.customer else "",
        "customer_email": order.email.lower(),
        "delivered_at": order.delivered_at,
    }


def _number(value: int, least: int, most: int, *, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadInput(f"Choose a number from {least} to {most}.", field=field)
    return value
