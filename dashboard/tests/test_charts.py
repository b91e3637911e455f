"""The geometry of charts, without a database."""

from decimal import Decimal

import pytest

from dashboard.charts import HEIGHT, WIDTH, Point, bar_chart, round_up, shares


def points(*values):
    return [Point(label=str(n), value=Decimal(value), text=str(value)) for n, value in enumerate(values)]


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (1, 2), (2, 2), (3, 3), (7, 8), (11, 15), (99, 100), (101, 150), (4200, 5000)]
)
def test_an_axis_ends_at_a_number_that_reads_well(value, top):
    assert round_up(Decimal(value)) == top


def test_bars_stand_on_the_ground_and_keep_proportion():
    chart = bar_chart(points(50, 100))
    low, high = chart.bars
    assert (high.height, low.height) == (HEIGHT, HEIGHT / 2)
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)
    assert 0 <= low.x < low.x + low.width < high.x
    assert high.x + high.width <= WIDTH
    assert chart.middle == chart.top / 2


def test_a_day_with_more_sent_back_than_sold_has_no_bar():
    chart = bar_chart(points(-5, 10))
    assert chart.bars[0].height == 0
    assert chart.points[0].value == -5


def test_an_empty_period_draws_nothing():
    chart = bar_chart([])
    assert (chart.bars, chart.ends) == ([], ("", "", ""))


def test_shares_are_of_the_longest_and_something_is_never_nothing():
    assert shares([1000, 500, 1, 0]) == [100, 50, 1, 0]
    assert shares([0, 0]) == [0, 0]
    assert shares([]) == []
