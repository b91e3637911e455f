"""Postal code patterns, which tax regions and delivery zones are written in."""

import pytest

from orders.postal_patterns import matches, wrong_pattern


@pytest.mark.parametrize(
    ("patterns", "code"),
    [
        ("27498", "27498"),
        ("35*, 38*", "38001"),
        ("35*;38*\n51*", "51 001"),
        ("80000-81999", "80000"),
        ("80000 - 81999", "81999"),
        ("SW1A 1AA", "sw1a1aa"),
        ("BT*", "bt1 5gs"),
        ("00-950", "00950"),
        ("90*", "9000-123"),
        ("*", "1"),
    ],
)
def test_a_code_that_is_meant(patterns, code):
    assert matches(patterns, code)


@pytest.mark.parametrize(
    ("patterns", "code"),
    [
        ("", "27498"),
        (" , ;", "27498"),
        ("27498", "2749"),
        ("35*", "53500"),
        ("80000-81999", "82000"),
        ("80000-81999", "8100"),
        ("80000-81999", "8A000"),
        ("80000-81999", "８１０００"),
        ("35*", ""),
        ("*", " - "),
    ],
)
def test_a_code_that_is_not_meant(patterns, code):
    assert not matches(patterns, code)


def test_a_pattern_that_can_match_nothing_is_named():
    assert wrong_pattern("35*, 27498, 80000-81999, SW1A 1AA") == ""
    assert wrong_pattern("35*, 81999-80000") == "81999-80000"
    assert wrong_pattern("27498, *35") == "*35"
    assert wrong_pattern("3?5") == "3?5"
