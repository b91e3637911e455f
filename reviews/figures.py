"""What surveys come to, added up by the document store. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Case, Count, IntegerField, Q, Value, When

from reviews.models import Survey

PERIODS = (30, 90)
_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True)
class SurveyFigures:
    """The answers of the last `days`. What nobody answered has no number.

    `nps` is the net promoter score: those who gave 9 or 10, less those who gave 0 to 6, in per cent of
    all who said a number. `asked` counts the emails of the period; some are answered later than in it.
    """

    days: int
    asked: int
    answers: int
    average: Decimal | None
    delivery: Decimal | None
    nps: int | None

    @property
    def nps_words(self) -> str:
        """With its sign, so that nobody takes it for per cent of anything."""
        return "" if self.nps is None else f"{self.nps:+d}" if self.nps else "0"


def survey_figures(*, now: datetime) -> list[SurveyFigures]:
    """The figures of the last 30 and the last 90 days; two queries, whatever the number of rows."""
    firsts = [now - timedelta(days=days) for days in PERIODS]
    # Which of the periods an answer is in: those of the shortest are in all of them.
    periods = [When(answered_at__gt=first, then=Value(number)) for number, first in enumerate(firsts)]
    answered = Survey.objects.filter(answered_at__gt=firsts[-1], answered_at__lte=now).order_by()
    counted = list(
        answered.annotate(period=Case(*periods, default=Value(len(PERIODS)), output_field=IntegerField()))
        .values_list("period", "overall", "recommend", "delivery")
        .annotate(n=Count("pk"))
    )
    sent = {f"sent{number}": Count("pk", filter=Q(sent_at__gt=first)) for number, first in enumerate(firsts)}
    asked = Survey.objects.filter(sent_at__gt=firsts[-1], sent_at__lte=now).aggregate(**sent)
    return [
        _of_period(days, [row[1:] for row in counted if row[0] <= number], asked[f"sent{number}"])
        for number, days in enumerate(PERIODS)
    ]


def _of_period(days: int, rows: list[tuple], asked: int) -> SurveyFigures:
    return SurveyFigures(
        days=days,
        asked=asked,
        answers=sum(n for *_, n in rows),
        average=_average([(overall, n) for overall, _, _, n in rows]),
        delivery=_average([(delivery, n) for _, _, delivery, n in rows]),
        nps=_promoters([(recommend, n) for _, recommend, _, n in rows]),
    )


def _average(counted: list[tuple[int | None, int]]) -> Decimal | None:
    given = [(value, n) for value, n in counted if value is not None]
    people = sum(n for _, n in given)
    if not people:
        return None
    total = sum(value * n for value, n in given)
    return (Decimal(total) / people).quantize(_TENTH, ROUND_HALF_UP)


def _promoters(counted: list[tuple[int | None, int]]) -> int | None:
    given = [(value, n) for value, n in counted if value is not None]
    people = sum(n for _, n in given)
    if not people:
        return None
    score = sum(n for value, n in given if value >= 9) - sum(n for value, n in given if value <= 6)
    return int((Decimal(100 * score) / people).quantize(Decimal(1), ROUND_HALF_UP))
