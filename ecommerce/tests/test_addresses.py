"""A postal address as a value."""

import dataclasses

import pytest

from ecommerce.lib.addresses import PostalAddress

BERLIN = PostalAddress(
    name="Ada Byron",
    line1="Torstraße 12",
    line2="2nd floor",
    postal_code="10119",
    city="Berlin",
    country="DE",
)


def test_it_survives_being_stored():
    assert PostalAddress.from_dict(BERLIN.to_dict()) == BERLIN


def test_keys_of_another_version_are_ignored():
    assert PostalAddress.from_dict({**BERLIN.to_dict(), "planet": "Earth"}) == BERLIN


def test_an_address_without_its_needed_parts_is_refused():
    with pytest.raises(TypeError):
        PostalAddress.from_dict({"name": "Ada Byron"})


def test_lines_as_on_an_envelope_without_blanks():
    assert BERLIN.lines == ["Ada Byron", "Torstraße 12", "2nd floor", "10119 Berlin", "Germany"]
    assert str(BERLIN) == "Ada Byron, Torstraße 12, 2nd floor, 10119 Berlin, Germany"


def test_a_country_that_is_no_longer_known_is_shown_as_it_was_stored():
    assert dataclasses.replace(BERLIN, country="ZZ").country_name == "ZZ"


def test_it_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        BERLIN.city = "Bonn"
