"""What happens to an order and when, up to now: paid, shipped, delivered, or something else."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from ecommerce.lib.workdays import add_working_days
from orders.models import Order

CARD, TRANSFER, AT_DOOR = "demo", "bank_transfer", "cash_on_delivery"
_DAYS_TO_PAY = timedelta(days=3)
_FORCED_METHODS = {"pending": TRANSFER, "expired": TRANSFER, "at_door": AT_DOOR}


@dataclass(kw_only=True, slots=True)
class Story:
    """The moments of an order; None is what has not happened. `ending` says how it was to end."""

    payment_method: str
    ending: str = ""
    failed_at: datetime | None = None
    paid_at: datetime | None = None
    processing_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    returned_at: datetime | None = None
    refunded_at: datetime | None = None

    @property
    def is_split(self) -> bool:
        return self.ending == "split"

    @property
    def is_partly_refunded(self) -> bool:
        return self.ending == "partly_refunded" and self.refunded_at is not None

    @property
    def is_expired(self) -> bool:
        return self.ending == "expired" and self.cancelled_at is not None

    @property
    def status(self) -> Order.Status:
        states = Order.Status
        if self.cancelled_at:
            return states.CANCELLED
        if self.refunded_at and not self.is_partly_refunded:
            return states.REFUNDED
        if self.delivered_at:
            return states.DELIVERED
        if self.shipped_at and not self.is_split:
            return states.SHIPPED
        return states.PROCESSING if self.paid_at or self.processing_at else states.PENDING

    @property
    def payment_status(self) -> Order.PaymentStatus:
        states = Order.PaymentStatus
        if self.is_partly_refunded:
            return states.PARTLY_REFUNDED
        if self.refunded_at:
            return states.REFUNDED
        return states.PAID if self.paid_at else states.UNPAID

    @property
    def fulfilment_status(self) -> Order.FulfilmentStatus:
        states = Order.FulfilmentStatus
        if not self.shipped_at:
            return states.UNFULFILLED
        return states.PARTIAL if self.is_split else states.FULFILLED


def tell(dice: Random, *, placed_at: datetime, now: datetime, at_home: bool, ending: str = "") -> Story:
    """Tell an order's story up to `now`. A given `ending` is reached, however late it was placed.

    `at_home`: delivered in the shop's country, where paying at the door is possible.
    """
    forced = bool(ending)
    story = Story(payment_method=_method(dice, at_home), ending=ending or _ending(dice))
    if forced:
        story.payment_method = _FORCED_METHODS.get(ending, CARD)
    moment = _Moments(dice, now=now, forced=forced)
    if story.ending == "expired" and story.payment_method != AT_DOOR:
        wait = timedelta(minutes=31) if story.payment_method == CARD else _DAYS_TO_PAY + timedelta(minutes=1)
        story.cancelled_at = moment.fits(placed_at + wait)
        if story.cancelled_at:
            return story
    _pay(story, moment, placed_at)
    ready = story.processing_at if story.payment_method == AT_DOOR else story.paid_at
    if ready is None or ending in ("processing", "at_door"):
        return story
    leaves = moment.leaving(ready)
    if story.ending == "cancelled":
        until = min(leaves, now)
        story.cancelled_at = _between(ready, until, dice.uniform(0.1, 0.9))
        if story.paid_at:
            story.refunded_at = story.cancelled_at + timedelta(seconds=dice.randint(2, 20))
        return story
    story.shipped_at = moment.reached(leaves, after=ready)
    if story.shipped_at is None or ending in ("shipped", "split"):
        return story
    story.delivered_at = moment.reached(moment.arriving(story.shipped_at), after=story.shipped_at)
    if story.delivered_at is None:
        return story
    if story.payment_method == AT_DOOR:
        story.paid_at = story.delivered_at
    if story.ending in ("refunded", "partly_refunded"):
        _send_back(story, moment)
    return story


def _method(dice: Random, at_home: bool) -> str:
    luck = dice.random()
    if luck < 0.72:
        return CARD
    return TRANSFER if luck < 0.9 or not at_home else AT_DOOR


def _ending(dice: Random) -> str:
    luck = dice.random()
    for share, ending in (
        (0.04, "cancelled"),
        (0.065, "expired"),
        (0.105, "refunded"),
        (0.135, "partly_refunded"),
    ):
        if luck < share:
            return ending
    return ""


def _pay(story: Story, moment: "_Moments", placed_at: datetime) -> None:
    dice = moment.dice
    if story.payment_method == CARD:
        story.paid_at = placed_at + timedelta(seconds=dice.randint(40, 240))
        if dice.random() < 0.06:
            story.failed_at = placed_at + timedelta(seconds=dice.randint(15, 35))
    elif story.payment_method == AT_DOOR:
        story.processing_at = (
            None
            if story.ending == "at_door"
            else moment.fits(placed_at + timedelta(minutes=dice.randint(30, 960)))
        )
    elif story.ending != "pending":
        story.paid_at = moment.fits(placed_at + timedelta(hours=dice.randint(10, 46)))


def _send_back(story: Story, moment: "_Moments") -> None:
    """The goods return, then the money; for a part of the money nothing has to return."""
    dice, delivered = moment.dice, story.delivered_at
    if delivered is None:
        return
    story.refunded_at = moment.reached(delivered + timedelta(days=dice.randint(4, 12)), after=delivered)
    if story.refunded_at and story.ending == "refunded":
        story.returned_at = _between(delivered, story.refunded_at, 0.9)


class _Moments:
    """Turns wishes into moments before `now`."""

    def __init__(self, dice: Random, *, now: datetime, forced: bool) -> None:
        self.dice = dice
        self._now = now
        self._forced = forced

    def fits(self, moment: datetime) -> datetime | None:
        """The moment, unless it is still to come."""
        return moment if moment < self._now else None

    def reached(self, moment: datetime, *, after: datetime) -> datetime | None:
        """The moment; if it is still to come but has to have happened, an earlier one."""
        if moment >= self._now and self._forced:
            return _between(after, self._now, self.dice.uniform(0.4, 0.8))
        return self.fits(moment)

    def leaving(self, ready: datetime) -> datetime:
        """The afternoon of the working day on which a parcel leaves."""
        local = timezone.localtime(ready)
        day = local.date()
        if local.hour >= 14 or day.weekday() >= 5:
            day = add_working_days(day, 1)
        if self.dice.random() < 0.2:  # a busy day
            day = add_working_days(day, 1)
        return _on(day, local, hour=15 + self.dice.uniform(0, 2.5))

    def arriving(self, shipped: datetime) -> datetime:
        """The hour of the working day on which it arrives."""
        local = timezone.localtime(shipped)
        days = self.dice.choices((1, 2, 3, 4), (25, 40, 25, 10))[0]
        return _on(add_working_days(local.date(), days), local, hour=9 + self.dice.uniform(0, 9))


def _on(day: date, like: datetime, *, hour: float) -> datetime:
    midnight = datetime.combine(day, time(), tzinfo=like.tzinfo)
    return midnight + timedelta(seconds=int(hour * 3600))


def _between(start: datetime, end: datetime, part: float) -> datetime:
    """The moment after `part` of the time from `start` to `end`, to the second."""
    return start + timedelta(seconds=int((end - start).total_seconds() * part))
