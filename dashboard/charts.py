"""The geometry of charts: numbers in, shapes out. No request, no database, no markup.

Charts are drawn without words, stretched to the width of the page; labels are HTML around
them, so that text keeps its size on a phone. Each chart carries the rows of its data table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

WIDTH, HEIGHT = 1000, 240
_GAP = Decimal("0.28")  # the part of a bar's place that stays empty
_STEPS = (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3), Decimal(4), Decimal(5), Decimal(8), Decimal(10))


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value with the words for its place on the axis and for the value itself."""

    label: str
    value: Decimal
    text: str


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A rectangle in a drawing of WIDTH x HEIGHT, the origin at the top left."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal
    label: str
    text: str


@dataclass(frozen=True, kw_only=True)
class BarChart:
    """Bars over a scale from 0 to `top`; `middle` is half of it."""

    points: Sequence[Point]
    bars: list[Bar]
    top: Decimal
    middle: Decimal
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def ends(self) -> tuple[str, str, str]:
        """The labels under the first, the middle and the last bar."""
        if not self.points:
            return "", "", ""
        return self.points[0].label, self.points[len(self.points) // 2].label, self.points[-1].label


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of a bar list; `share` is the length of its bar in per cent of the longest."""

    label: str
    text: str
    share: int
    url: str = ""
    tone: str = ""


def round_up(value: Decimal) -> Decimal:
    """The next number that reads well on an axis: 1, 1.5, 2, 3, 4, 5 or 8 times a power of ten.

    At least 2, so that a scale of whole things has a whole middle or none to show.
    """
    if value <= 2:
        return Decimal(2)
    power = Decimal(1).scaleb(value.adjusted())
    return next(step * power for step in _STEPS if step * power >= value)


def bar_chart(points: Sequence[Point]) -> BarChart:
    """Draw one bar for each point; values below zero (more sent back than sold) have no bar."""
    top = round_up(max((point.value for point in points), default=Decimal(0)))
    place = Decimal(WIDTH) / max(len(points), 1)
    bars = []
    for index, point in enumerate(points):
        height = _pixels(max(point.value, Decimal(0)) / top * HEIGHT)
        bars.append(
            Bar(
                x=_pixels(place * index + place * _GAP / 2),
                y=HEIGHT - height,
                width=_pixels(place * (1 - _GAP)),
                height=height,
                label=point.label,
                text=point.text,
            )
        )
    return BarChart(points=points, bars=bars, top=top, middle=top / 2)


def shares(values: Sequence[Decimal | int]) -> list[int]:
    """How long each value's bar is, in per cent of the longest; never 0 for something."""
    longest = max(values, default=0)
    if longest <= 0:
        return [0 for _ in values]
    return [
        int((Decimal(max(value, 0)) / longest * 100).to_integral_value(ROUND_CEILING)) for value in values
    ]


def _pixels(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))
