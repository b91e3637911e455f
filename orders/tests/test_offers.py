"""Which way of delivery is offered where and for what, as docs/pricing.md works it out."""

from decimal import Decimal as D

import pytest

from orders.shipping import Offer, Rate, Zone, offers

GERMANY = Zone(countries=frozenset({"DE"}))
ISLANDS = Zone(countries=frozenset({"DE"}), postal_codes="25980-25999, 27498")
UNION = Zone(countries=frozenset({"AT", "FR"}), position=2)


def rate(price, zone=GERMANY, *, code="standard", kind="parcel", free_from=None, **bounds):
    offer = Offer(code=code, name=code.title(), kind=kind, price=D(price), free_from=free_from)
    return Rate(offer=offer, zone=zone, **bounds)


def prices(rates, country="DE", postal_code="10115", *, grams=500, subtotal="20", pieces=1):
    found = offers(
        rates,
        country=country,
        postal_code=postal_code,
        weight_grams=grams,
        subtotal=D(subtotal),
        quantity=pieces,
    )
    return [(offer.code, offer.price) for offer in found]


TABLE = [rate("3.90"), rate("8.90", ISLANDS), rate("6.90", UNION, code="europe")]


@pytest.mark.parametrize(
    ("country", "code", "expected"),
    [
        ("DE", "10115", [("standard", D("3.90"))]),
        ("DE", "", [("standard", D("3.90"))]),
        ("DE", "25980", [("standard", D("8.90"))]),
        ("DE", "27 498", [("standard", D("8.90"))]),
        ("AT", "1010", [("europe", D("6.90"))]),
        ("AT", "25980", [("europe", D("6.90"))]),
        ("CH", "8001", []),
    ],
)
def test_the_most_precise_zone_of_an_address_sets_the_price(country, code, expected):
    assert prices(TABLE, country, code) == expected


def test_a_price_for_everywhere_counts_where_no_zone_does():
    rates = [rate("20", Zone()), *TABLE]
    assert prices(rates, "CH", "8001") == [("standard", D(20))]
    assert prices(rates) == [("standard", D("3.90"))]


def test_what_is_too_heavy_for_an_island_does_not_slip_into_the_mainlands_price():
    rates = [rate("3.90", weight_to=31_000), rate("8.90", ISLANDS, weight_to=10_000)]
    assert prices(rates, postal_code="25980", grams=12_000) == []
    assert prices(rates, postal_code="10115", grams=12_000) == [("standard", D("3.90"))]


def test_excluded_postal_codes_are_not_delivered_to():
    mainland = Zone(countries=frozenset({"DE"}), excluded="25980-25999")
    assert prices([rate("3.90", mainland)], postal_code="25999") == []
    assert prices([rate("3.90", mainland)], postal_code="25979") == [("standard", D("3.90"))]
    assert prices([rate("3.90", mainland)], postal_code="") == [("standard", D("3.90"))]


@pytest.mark.parametrize(
    ("grams", "expected"), [(0, "3"), (1999, "3"), (2000, "3"), (2001, "5"), (5000, "5"), (5001, None)]
)
def test_weight_bounds_include_both_ends(grams, expected):
    rates = [rate("3", weight_to=2000), rate("5", weight_from=2001, weight_to=5000)]
    assert prices(rates, grams=grams) == ([("standard", D(expected))] if expected else [])


@pytest.mark.parametrize(("subtotal", "expected"), [("0", "5"), ("49.99", "5"), ("50", "2"), ("80", "2")])
def test_the_lower_bound_of_the_goods_worth_is_included_and_the_upper_is_not(subtotal, expected):
    rates = [rate("5", subtotal_from=D(0), subtotal_to=D(50)), rate("2", subtotal_from=D(50))]
    assert prices(rates, subtotal=subtotal) == [("standard", D(expected))]


@pytest.mark.parametrize(("pieces", "expected"), [(2, "4"), (3, "7"), (10, "7"), (11, None)])
def test_quantity_bounds_include_both_ends(pieces, expected):
    rates = [rate("4", quantity_to=2), rate("7", quantity_from=3, quantity_to=10)]
    assert prices(rates, pieces=pieces) == ([("standard", D(expected))] if expected else [])


def test_of_several_that_fit_the_lower_position_wins_and_then_the_cheaper():
    assert prices([rate("4"), rate("3")]) == [("standard", D(3))]
    assert prices([rate("4", position=0), rate("3", position=1)]) == [("standard", D(4))]
    near = Zone(countries=frozenset({"DE"}), position=1)
    assert prices([rate("3", near), rate("4", GERMANY)]) == [("standard", D(4))]


def test_the_cheapest_comes_first_counting_what_is_free_and_parcels_before_collecting():
    rates = [
        rate("0", code="collect", kind="collect"),
        rate("9.90", code="express"),
        rate("2.90", code="slow"),
        rate("3.90", free_from=D(60)),
    ]
    assert [code for code, _ in prices(rates)] == ["slow", "standard", "express", "collect"]
    assert [code for code, _ in prices(rates, subtotal="60")] == ["standard", "slow", "express", "collect"]
