"""What a part of a line is worth: to the cent, and never more than the line together."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecommerce.lib.money import from_minor, smallest_unit
from orders.refunding import line_share


def share(total, quantity, before, pieces, currency="EUR"):
    return line_share(total=D(total), quantity=quantity, before=before, pieces=pieces, currency=currency)


def test_three_pieces_for_ten_go_back_one_by_one():
    assert [share("10.00", 3, gone, 1) for gone in range(3)] == [D("3.33"), D("3.33"), D("3.34")]
    assert share("10.00", 3, 1, 2) == D("6.67")


def test_a_currency_without_and_with_three_decimals():
    assert [share("100", 3, gone, 1, "JPY") for gone in range(3)] == [D(33), D(33), D(34)]
    assert [share("1.000", 3, gone, 1, "KWD") for gone in range(3)] == [D("0.333"), D("0.333"), D("0.334")]


@pytest.mark.parametrize(
    ("quantity", "before", "pieces"), [(2, 1, 2), (2, -1, 1), (2, 0, -1), (0, 0, 0), (2, 3, 0)]
)
def test_more_pieces_than_the_line_has_are_refused(quantity, before, pieces):
    with pytest.raises(ValueError, match="pieces"):
        share("10.00", quantity, before, pieces)


@given(
    minor=st.integers(0, 10**9),
    parts=st.lists(st.integers(0, 9), min_size=1, max_size=9).filter(any),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_however_the_pieces_are_divided_they_are_worth_the_line(minor, parts, currency):
    total, quantity = from_minor(minor, currency), sum(parts)
    shares, gone = [], 0
    for pieces in parts:
        found = line_share(total=total, quantity=quantity, before=gone, pieces=pieces, currency=currency)
        shares.append(found)
        gone += pieces
    unit = smallest_unit(currency)
    assert sum(shares) == total
    assert all(found >= 0 and found % unit == 0 for found in shares)
    # Nobody gets more than a unit above or below a fair part.
    assert all(abs(found - total * n / quantity) <= unit for found, n in zip(shares, parts, strict=True))
