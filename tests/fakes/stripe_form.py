"""Requests in Stripe's form: nested brackets in, expanded objects out."""

import copy
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.stripe_books import Books, Thing, error

_LINKS = ("payment_intent", "latest_charge", "charge")


def parse(text: str) -> Thing:
    """`a[b][0]=c` is `{"a": {"b": ["c"]}}`."""
    found: Thing = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *path, last = name.replace("]", "").split("[")
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return {name: _lists(value) for name, value in found.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(part) for name, part in value.items()}
    return list(inner.values()) if all(name.isdigit() for name in inner) else inner


def expanded(books: Books, thing: Thing, paths: list[str]) -> Thing:
    """A copy of the thing whose links along the `paths` are the things themselves."""
    shown = copy.deepcopy(books.shown(thing))
    for path in paths:
        _expand(books, shown, path.split("."), path)
    return shown


def _expand(books: Books, shown: Thing, parts: list[str], whole: str) -> None:
    name, *rest = parts
    if name == "refunds" and shown["object"] == "charge":
        refunds = books.all("refund", charge=shown["id"])
        shown[name] = listed(refunds[:10], f"/v1/charges/{shown['id']}/refunds")
        shown[name]["has_more"] = len(refunds) > 10
        return
    if name not in _LINKS or name not in shown:
        raise error(f"This property cannot be expanded ({whole}).", param="expand")
    if isinstance(shown[name], str):
        shown[name] = copy.deepcopy(books.shown(books.things[shown[name]]))
    if rest and shown[name]:
        _expand(books, shown[name], rest, whole)


def listed(things: list[Thing], url: str) -> Thing:
    return {"object": "list", "url": url, "has_more": False, "data": copy.deepcopy(things)}
