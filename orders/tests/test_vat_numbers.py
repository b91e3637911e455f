"""VAT numbers: written in any way, checked by their digits, and only where they count."""

import pytest

from orders.vat_numbers import check, normalise, vat_place


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" fr 40 303 265 045 ", "FR40303265045"),
        ("de-136.695.976", "DE136695976"),
        ("GR 094259216", "EL094259216"),
        ("", ""),
        ("<b>", "B"),
    ],
)
def test_one_way_to_write_it(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("FR40303265045", "FR"),
        ("DE136695976", "DE"),
        ("EL094259216", "GR"),
        ("ATU13585627", "AT"),
        ("NL004495445B01", "NL"),
    ],
)
def test_right_numbers(number, country):
    assert check(number, country) == ""


def test_wrong_digits_are_said_in_words():
    for number in ("FR40303265046", "FR4030326504", "FR", "FRXX"):
        assert check(number, "FR") == (
            "This is not a complete VAT number. Check its letters and digits, or leave it empty"
        )


def test_a_number_of_another_country_is_not_of_use():
    assert "it begins with FR" in check("DE136695976", "FR")
    assert "it begins with EL" in check("FR40303265045", "GR")


def test_outside_the_union_no_number_counts():
    for country in ("CH", "NO", "GB", "US", ""):
        assert "within the European Union only" in check("FR40303265045", country)


def test_northern_ireland_is_in_the_union_for_goods():
    assert vat_place("GB", "bt1 5gs") == "XI" and vat_place("GB", "SW1A 1AA") == ""
    assert check("XI980780684", "GB", "BT1 5GS") == ""
    assert "it begins with XI" in check("GB980780684", "GB", "BT1 5GS")
