"""docs/api.md lists every code that the API can answer, with its statuses, and no other."""

import re

from django.conf import settings

from tests.contract.codes import cart_problems, codes
from tests.shop_server import ROOT

DOC = (ROOT / "docs" / "api.md").read_text()


def test_the_tables_have_every_code_with_its_status_and_none_that_is_gone():
    there, told = codes(), _told()
    assert not there.keys() - told.keys(), (
        f"add these to a table of docs/api.md: {sorted(there.keys() - told.keys())}"
    )
    assert not told.keys() - there.keys(), (
        f"no code of the API any more, take them out of docs/api.md: {sorted(told.keys() - there.keys())}"
    )
    assert told == there


def test_the_problems_of_a_cart_are_listed():
    section = DOC.partition("says so in `problems`:")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)) == cart_problems()


def test_the_limits_are_those_of_the_settings():
    rows = re.findall(r"^\| ([a-z-]+) \| .* \| (\S+) \| `(API_RATE_[A-Z_]+)` \|$", DOC, re.MULTILINE)
    assert {kind: limit for kind, limit, _ in rows} == settings.API_RATES
    assert {name for _, _, name in rows} == {
        f"API_RATE_{kind.upper().replace('-', '_')}" for kind in settings.API_RATES
    }


def test_code_words_are_found_where_they_are_raised():
    """The reading itself: inherited statuses, codes in calls and chosen by a condition."""
    there = codes()
    assert there["out_of_stock"] == {409} and there["unknown_cart"] == {404}
    assert there["duplicate_sku"] == {400, 409} and there["sign_in_refused"] == {401}
    assert "demo" not in there and "standard" not in there


def _told() -> dict[str, set[int]]:
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \| ([0-9, ]+) \|", DOC, re.MULTILINE)
    return {
        code: {int(status) for status in statuses.split(",")}
        for names, statuses in rows
        for code in re.findall(r"`([a-z_]+)`", names)
    }
