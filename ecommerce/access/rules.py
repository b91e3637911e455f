"""The words of the access table: who somebody is, and what that lets them do."""

from dataclasses import dataclass
from enum import Enum


class Who(Enum):
    """Whom a route is for. Staff come on top where a rule names their permissions."""

    ANYBODY = "anybody"
    SIGNED_IN = "anybody who signed in, for themselves"
    OWNER = "whose it is"
    LINK = "whoever holds the link"
    UNDERWAY = "whoever is in the middle of it; others are led to the sign-in"
    HOLDER = "whoever holds the basket's token"
    STAFF = "staff"
    SENDER = "whoever can sign the message"
    OPERATOR = "whoever holds METRICS_TOKEN; without one, programs on this machine"
    NOBODY = "nobody, not even staff"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Who may use a route with one method.

    `needs`: the permissions, all of them, that let staff in; empty keeps them out of other people's
    things as it does everybody. `link`: the link of an order (`?token=`) opens it too. `hides`: the
    thing is a customer's, so that others learn nothing about it (404), only its owner that this is for
    staff (403). `writes`: why a GET may change something, which none may otherwise.
    """

    who: Who
    needs: tuple[str, ...] = ()
    link: bool = False
    hides: bool = False
    writes: str = ""

    def __str__(self) -> str:
        words = self.who.value
        if self.link:
            words += ", or whoever holds the order's link"
        if self.needs:
            words += f"{' with' if self.who is Who.STAFF else ', or staff with'} {' and '.join(self.needs)}"
        return words


Methods = dict[str, Rule]

ANYBODY = Rule(who=Who.ANYBODY)
SIGNED_IN = Rule(who=Who.SIGNED_IN)
UNDERWAY = Rule(who=Who.UNDERWAY)
LINK = Rule(who=Who.LINK)
HOLDER = Rule(who=Who.HOLDER)
SENDER = Rule(who=Who.SENDER)
OPERATOR = Rule(who=Who.OPERATOR)
NOBODY = Rule(who=Who.NOBODY)


def owner(*needs: str, link: bool = False) -> Rule:
    """Whose it is; staff with all of `needs`; with `link`, who holds the order's link."""
    return Rule(who=Who.OWNER, needs=needs, link=link)


def staff(*needs: str, hides: bool = False) -> Rule:
    """Staff with all of `needs`; `hides` for what belongs to a customer."""
    return Rule(who=Who.STAFF, needs=needs, hides=hides)


def page(rule: Rule) -> Methods:
    """Something to look at."""
    return {"GET": rule}


def button(rule: Rule) -> Methods:
    """Something to do."""
    return {"POST": rule}


def form(rule: Rule) -> Methods:
    """Something to fill in and send."""
    return {"GET": rule, "POST": rule}
