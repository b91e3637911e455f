"""Orders before they are written: who buys what when, and how it ends.

The generator runs several times over (stock needs the sums before orders can be written) and
tells the same story each time.
"""

from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

from demo.loader.people import ADA, People, Person
from demo.loader.plan import DAYS, Plan, letters
from demo.loader.shelf import Place, Shelf
from demo.loader.stories import Story, tell
from orders.models.order import NUMBER_ALPHABET

_TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_GUESTS = 0.06
# Monday to Sunday
_WEEK = (1.15, 1.0, 0.95, 0.95, 1.0, 0.8, 1.25)
_ENOUGH = 100
_NUMBERS = len(NUMBER_ALPHABET) ** 8
_STRIDE = 594_038_718_171  # odd, so multiplying by it meets every number once


@dataclass(frozen=True, slots=True)
class DraftLine:
    """So many of a variant, and what became of them."""

    place: Place
    quantity: int
    held: int
    shipped: int
    returned: int


@dataclass(frozen=True, slots=True)
class Draft:
    """One order. `customer` is None for guests; `wish` (0 to 1) decides small matters of taste."""

    index: int
    number: str
    token: str
    placed_at: datetime
    person: Person
    customer: int | None
    story: Story
    lines: list[DraftLine]
    wish: float


class Drafts:
    """All orders of a plan, the oldest first, as often as they are asked for."""

    def __init__(self, plan: Plan, *, people: People, shelf: Shelf) -> None:
        self._plan = plan
        self._people = people
        self._shelf = shelf
        self._endings = _endings(plan.orders)
        self._adas = _adas(plan.orders)

    def __iter__(self) -> Iterator[Draft]:
        plan = self._plan
        dice, words = plan.dice("orders"), plan.dice("numbers")
        start = plan.dice("number").randrange(_NUMBERS)
        for index, placed_at in enumerate(_times(plan, dice)):
            customer = self._customer(index, dice)
            person = self._people.guest(index) if customer is None else self._people.customer(customer)
            places = self._places(dice)
            story = tell(
                dice,
                placed_at=placed_at,
                now=plan.midnight,
                at_home=person.address.country == "DE",
                ending=self._endings.get(index, ""),
            )
            yield Draft(
                index=index,
                number=_number((start + index * _STRIDE) % _NUMBERS),
                token=letters(words, 43, _TOKEN_ALPHABET),
                placed_at=placed_at,
                person=person,
                customer=customer,
                story=story,
                lines=_lines(places, story),
                wish=dice.random(),
            )

    def _customer(self, index: int, dice: Random) -> int | None:
        luck = dice.random()
        if not self._plan.customers:
            return None
        if index in self._adas:
            return ADA
        if luck < _GUESTS:
            return None
        # Some buy often, most now and then.
        return int(self._plan.customers * dice.random() ** 1.3)

    def _places(self, dice: Random) -> list[tuple[Place, int]]:
        """Distinct variants with quantities."""
        count = dice.choices((1, 2, 3, 4, 5), (20, 28, 25, 16, 11))[0]
        places = dict.fromkeys(self._shelf.pick(dice) for _ in range(count))
        return [(place, self._quantity(place, dice)) for place in places]

    def _quantity(self, place: Place, dice: Random) -> int:
        """One mostly; of cheap things sometimes more."""
        quantity = dice.choices((1, 2, 3), (80, 14, 6))[0]
        return quantity if self._shelf.at(place)[1].price < 40 else 1


def _endings(orders: int) -> dict[int, str]:
    """How some orders have to end, so that every state is there however few orders there are."""
    early = {1: "refunded", 2: "partly_refunded", 4: "cancelled", 5: "expired", 7: "delivered"}
    late = {1: "pending", 2: "processing", 4: "split", 6: "shipped"}
    if orders >= _ENOUGH:
        # A full desk for staff also on a day after a weekend.
        late |= {
            3: "processing",
            5: "processing",
            7: "processing",
            8: "at_door",
            9: "shipped",
            11: "processing",
        }
    found = {index: ending for index, ending in early.items() if index < orders}
    return found | {orders - back: ending for back, ending in late.items() if back <= orders}


def _adas(orders: int) -> set[int]:
    """Ada has one of each, so that her account shows what there is to see."""
    early, middle = {1, 2, 4, 5}, {orders // 3, orders // 2, orders * 2 // 3}
    return early | middle | {orders - back for back in (1, 4, 6, 8)}


def _times(plan: Plan, dice: Random) -> Iterator[datetime]:
    """When orders were placed: in order, more of late, in waves, mostly in the evening."""
    first = plan.days_ago(DAYS)
    weights = [
        _WEEK[(first + timedelta(days=day)).weekday()] * (0.6 + 0.8 * day / DAYS) * dice.uniform(0.55, 1.45)
        for day in range(DAYS)
    ]
    sums = list(accumulate(weights))
    for index in range(plan.orders):
        mark = (index + dice.random()) / plan.orders * sums[-1]
        day = min(bisect(sums, mark), DAYS - 1)
        part = 1 - (sums[day] - mark) / weights[day]
        hours = 6.5 + 17 * max(0.0, min(1.0, part)) ** 0.8
        yield plan.days_ago(DAYS - day) + timedelta(seconds=int(hours * 3600))


def _number(value: int) -> str:
    digits = []
    for _ in range(8):
        value, digit = divmod(value, len(NUMBER_ALPHABET))
        digits.append(NUMBER_ALPHABET[digit])
    return "".join(digits)


def _lines(places: list[tuple[Place, int]], story: Story) -> list[DraftLine]:
    """What of each line is held, has left and has come back. A split parcel leaves one line out."""
    lines = []
    for position, (place, quantity) in enumerate(places):
        if story.is_split and len(places) == 1:
            quantity = max(2, quantity)
        left_behind = 0
        if story.is_split and position == len(places) - 1:
            left_behind = quantity if position else 1
        gone = quantity - left_behind if story.shipped_at else 0
        kept = 0 if story.cancelled_at else quantity - gone
        lines.append(
            DraftLine(
                place=place,
                quantity=quantity,
                held=kept,
                shipped=gone,
                returned=gone if story.returned_at else 0,
            )
        )
    return lines
