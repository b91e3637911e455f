"""What customers say after the delivery."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from demo.loader.bulk import BATCH
from demo.loader.plan import Plan
from orders.models import Order
from reviews.models import Survey

_ASKED_AFTER = timedelta(days=7)
_ANSWERED, _WITH_NUMBER, _WITH_WORDS = 0.45, 0.9, 0.3
_STARS, _SHARES = (5, 4, 3, 2, 1), (38, 38, 14, 6, 4)
_NUMBERS = (30, 22, 18, 14, 6, 4, 2, 1, 1, 1, 1)  # of 10, 9, … 0
_WORDS = {
    5: ("Quick, friendly, and the wrapping was lovely.", "No complaints at all.", "See you at Christmas."),
    4: ("Good, only the delivery took a day longer than it said.", "Nice shop. More colours, please."),
    3: ("The parcel had a dent, the thing in it had none.", "All right, but the courier never rang."),
    2: ("The second parcel came four days after the first.",),
    1: ("The wrong size came, and I had to write twice.",),
}


def load_surveys(plan: Plan) -> None:
    """Write the survey of each order that has one by now; some are answered.

    Every delivered order that is due has one, so the sweep of a new demo shop writes to nobody.
    """
    dice, rows = plan.dice("surveys"), []
    for order in _delivered(plan):
        rows.append(_survey(plan, order, dice))
        if len(rows) == BATCH:
            Survey.objects.bulk_create(rows)
            rows = []
    Survey.objects.bulk_create(rows)
    Survey.all_objects.update(modified_at=plan.midnight)


def _delivered(plan: Plan) -> Iterator[Order]:
    # Today's sweep asks about what becomes due today; that was delivered before tonight's midnight.
    due = plan.midnight - _ASKED_AFTER + timedelta(days=1)
    orders = Order.objects.filter(status=Order.Status.DELIVERED, delivered_at__lt=due)
    yield from orders.select_related("customer").order_by("pk").iterator(chunk_size=BATCH)


def _survey(plan: Plan, order: Order, dice: Random) -> Survey:
    delivered: Any = order.delivered_at
    sent = min(delivered + _ASKED_AFTER, plan.midnight)
    survey = Survey(
        id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
        order_id=order.pk,
        order_number=order.number,
        customer_id=str(order.customer.customer_id) if order.customer else "",
        customer_email=order.email.lower(),
        delivered_at=delivered,
        created_at=sent,
        sent_at=sent,
    )
    answered = sent + timedelta(hours=dice.uniform(1, 70))
    if dice.random() < _ANSWERED and answered < plan.midnight:
        survey.status = Survey.Status.ANSWERED
        survey.overall = dice.choices(_STARS, _SHARES)[0]
        survey.delivery = dice.choices(_STARS, _SHARES)[0]
        if dice.random() < _WITH_NUMBER:
            survey.recommend = dice.choices(range(10, -1, -1), _NUMBERS)[0]
        if dice.random() < _WITH_WORDS:
            survey.comment = dice.choice(_WORDS[survey.overall])
        survey.answered_at = survey.changed_at = answered
    return survey
