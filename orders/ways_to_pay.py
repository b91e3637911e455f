"""What orders know of the ways to pay: their names, and how long each takes.

`payments` fills this in from its gateways when the shop starts, because nothing down here may
import them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WayToPay:
    """`pace` is "online" (minutes), "later" (days) or "door" (paid when the goods arrive)."""

    code: str
    label: str
    pace: str


_WAYS: dict[str, WayToPay] = {}


def register(*, code: str, label: str, pace: str) -> None:
    """Make a way to pay known; the last word about a code counts."""
    _WAYS[code] = WayToPay(code=code, label=label, pace=pace)


def label_of(code: str) -> str:
    """The name shoppers read; "" is an order whose shopper has not chosen yet."""
    if not code:
        return "Way to pay not chosen yet"
    return _WAYS[code].label if code in _WAYS else code


def pace_of(code: str) -> str:
    """How long an order waits for its money; "link" while the way is not chosen."""
    if not code:
        return "link"
    return _WAYS[code].pace if code in _WAYS else "online"


def labels() -> dict[str, str]:
    """Every way's code with its name, "" included."""
    return {code: label_of(code) for code in ["", *_WAYS]}
