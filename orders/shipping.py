"""Which ways of delivery are offered for what goes where, and when it arrives. Pure.

`offers` picks, `promise` counts the days; both are explained with numbers in docs/pricing.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

from django.utils import timezone
from django.utils.dateformat import format as format_date

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.money import ZERO
from ecommerce.lib.workdays import add_working_days, is_working_day, parse_days
from orders.postal_patterns import matches

PARCEL, COLLECT = "parcel", "collect"


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A region of delivery. Without countries it is everywhere; without postal codes (patterns, see
    `orders.postal_patterns`) all of them."""

    countries: frozenset[str] = frozenset()
    postal_codes: str = ""
    excluded: str = ""
    position: int = 0

    def covers(self, country: str, postal_code: str) -> bool:
        """Whether an address is in it. A zone of postal codes does not cover an unknown one."""
        if self.countries and country not in self.countries:
            return False
        if self.postal_codes and not matches(self.postal_codes, postal_code):
            return False
        return not matches(self.excluded, postal_code)

    @property
    def precision(self) -> int:
        """Postal codes are more precise than countries, countries more than everywhere."""
        if self.postal_codes:
            return 2
        return 1 if self.countries else 0


EVERYWHERE = Zone()


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A way of delivery with its price and days, as one of its rates gives it.

    `price` is before `free_from` (the worth of goods after discounts from which it is free);
    `orders.pricing.delivery_price` knows what it costs. `pickup` is where goods are collected.
    """

    code: str
    name: str
    price: Decimal
    carrier: str = ""
    kind: str = PARCEL
    free_from: Decimal | None = None
    days_min: int = 1
    days_max: int = 2
    handling_days: int = 0
    pickup: PostalAddress | None = None
    opening_hours: str = ""

    @property
    def is_collect(self) -> bool:
        return self.kind == COLLECT


@dataclass(frozen=True, kw_only=True)
class Rate:
    """What a way of delivery costs in a zone, for goods of some weight, worth and number.

    Bounds that are None are open. `weight_*` (grams) and `quantity_*` include both ends;
    `subtotal_from` is included, `subtotal_to` is not, so that 0-50 and 50-100 do not overlap.
    """

    offer: Offer
    zone: Zone = EVERYWHERE
    weight_from: int | None = None
    weight_to: int | None = None
    subtotal_from: Decimal | None = None
    subtotal_to: Decimal | None = None
    quantity_from: int | None = None
    quantity_to: int | None = None
    position: int = 0

    def fits(self, *, weight_grams: int, subtotal: Decimal, quantity: int) -> bool:
        return (
            (self.weight_from is None or weight_grams >= self.weight_from)
            and (self.weight_to is None or weight_grams <= self.weight_to)
            and (self.subtotal_from is None or subtotal >= self.subtotal_from)
            and (self.subtotal_to is None or subtotal < self.subtotal_to)
            and (self.quantity_from is None or quantity >= self.quantity_from)
            and (self.quantity_to is None or quantity <= self.quantity_to)
        )


def offers(
    rates: Iterable[Rate],
    *,
    country: str,
    postal_code: str = "",
    weight_grams: int,
    subtotal: Decimal,
    quantity: int,
) -> list[Offer]:
    """The ways of delivery for goods that go to a place: parcels first, the cheapest first.

    `subtotal` is the worth of the goods before discounts. For each method the most precise zones
    that cover the place decide: where a postal code has rates of its own, those of its country
    do not count, even if none of its own fits (heavy parcels to an island must not slip into the
    mainland's price). Of several rates that fit, the lowest position of zone and rate wins, then
    the cheaper one.
    """
    by_method: dict[str, list[Rate]] = {}
    for rate in rates:
        if rate.zone.covers(country, postal_code):
            by_method.setdefault(rate.offer.code, []).append(rate)
    found = []
    for covering in by_method.values():
        precision = max(rate.zone.precision for rate in covering)
        fitting = [
            rate
            for rate in covering
            if rate.zone.precision == precision
            and rate.fits(weight_grams=weight_grams, subtotal=subtotal, quantity=quantity)
        ]
        if fitting:
            found.append(min(fitting, key=_rank).offer)
    # Collecting costs the shopper a walk: it is never the first choice by being free.
    return sorted(found, key=lambda offer: (offer.is_collect, _cost(offer, subtotal)))


def _rank(rate: Rate) -> tuple[int, int, Decimal]:
    return rate.zone.position, rate.position, rate.offer.price


def _cost(offer: Offer, subtotal: Decimal) -> Decimal:
    return ZERO if offer.free_from is not None and subtotal >= offer.free_from else offer.price


class Days(Protocol):
    """What of a way of delivery decides when it arrives."""

    @property
    def kind(self) -> str: ...
    @property
    def days_min(self) -> int: ...
    @property
    def days_max(self) -> int: ...
    @property
    def handling_days(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an order keeps of how its promise was counted. `extra_days` as in `promise`."""

    kind: str
    days_min: int
    days_max: int
    handling_days: int
    extra_days: int = 0


class Hours(Protocol):
    """The shop's own choices: StoreSettings has them."""

    order_cutoff: time
    holiday_region: str
    closed_days: str


@dataclass(frozen=True, kw_only=True)
class Promise:
    """The days between which goods arrive, and the time by which to order for that.

    For goods that are collected both are the day from which they are ready.
    """

    earliest: date
    latest: date
    cutoff: datetime

    @property
    def words(self) -> str:
        return days_in_words(self.earliest, self.latest)


def promise(
    *, method: Days, placed_at: datetime, settings: Hours, country: str = "", extra_days: int = 0
) -> Promise:
    """Work out when an order of `placed_at` (aware) for `country` (ISO code) arrives.

    1. Work on it begins the same day when placed on a working day before the cut-off, otherwise
       on the next working day, in the shop's time zone.
    2. It leaves `handling_days` (and `extra_days`, for goods that have to come in first) working
       days later. Working days are the shop's: Monday to Friday without the public holidays of
       its region and without the days it is closed.
    3. It travels `days_min` to `days_max` days on which carriers deliver: Monday to Friday
       without the national holidays of the country it goes to (the shop's own by default).

    What is collected does not travel: it is ready when it would leave.
    """
    region, closed = settings.holiday_region, parse_days(settings.closed_days)
    local = timezone.localtime(placed_at)
    begins = local.date()
    if not is_working_day(begins, region=region, closed=closed) or local.time() >= settings.order_cutoff:
        begins = add_working_days(begins, 1, region=region, closed=closed)
    cutoff = datetime.combine(begins, settings.order_cutoff, tzinfo=local.tzinfo)
    leaves = add_working_days(begins, method.handling_days + extra_days, region=region, closed=closed)
    if method.kind == COLLECT:
        return Promise(earliest=leaves, latest=leaves, cutoff=cutoff)
    there = country or region.partition("-")[0]
    return Promise(
        earliest=add_working_days(leaves, method.days_min, region=there),
        latest=add_working_days(leaves, method.days_max, region=there),
        cutoff=cutoff,
    )


def days_in_words(first: date, last: date) -> str:
    """ "Tuesday 24 November", or "Tuesday 24 to Wednesday 25 November" for several days."""
    until = format_date(last, "l j F")
    if first == last:
        return until
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{format_date(first, 'l j' if same_month else 'l j F')} to {until}"
