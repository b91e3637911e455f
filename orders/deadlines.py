"""Until when goods may be sent back and a contract be withdrawn from. Pure."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from ecommerce.lib.workdays import add_working_days

# Directive 2011/83/EU, article 9 (1): consumers have at least so many days.
LEGAL_DAYS = 14
# Counted from instead of the delivery, when nobody told us of it: no parcel is longer on its way.
LONGEST_TRANSIT = timedelta(days=14)


def return_deadline(
    *, delivered_at: datetime | None, shipped_at: datetime | None, days: int, country: str = ""
) -> datetime | None:
    """The last moment to send goods back: `days` (never under 14) after they were received.

    None while not everything has left: the days begin with the last of the goods (article
    9 (2) (b) (i)). The day of receipt is not counted, and a last day that is a Saturday, a
    Sunday or a holiday in `country` moves to the next working day (Regulation 1182/71, article
    3). Aware, in the shop's time zone.
    """
    start = delivered_at or (shipped_at + LONGEST_TRANSIT if shipped_at else None)
    if start is None:
        return None
    last = timezone.localtime(start).date() + timedelta(days=max(days, LEGAL_DAYS))
    last = add_working_days(last, 0, region=country)
    return timezone.make_aware(datetime.combine(last, time(23, 59, 59)))
