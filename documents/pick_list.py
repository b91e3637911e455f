"""The pick list: what to take off the shelves for many orders, in one walk. Never a word on money."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalog.models import Hold, StoreSettings
from documents.codes import barcode_svg
from documents.pdf import render_pdf
from orders.models import Order, OrderLine

UNKNOWN_PLACE = "No place noted"


@dataclass(kw_only=True)
class Pick:
    """A line of the walk: how many of a SKU lie at a place, and how many go into which box."""

    place: str
    sku: str
    name: str
    boxes: dict[str, int] = field(default_factory=dict)

    @property
    def pieces(self) -> int:
        return sum(self.boxes.values())


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a box: `pieces` to pick from `places`; `waiting` have yet to come."""

    line: OrderLine
    pieces: int
    waiting: int
    places: list[tuple[str, int]]


@dataclass(frozen=True, kw_only=True)
class Box:
    """An order with the letter of its box."""

    letter: str
    order: Order
    lines: list[Line]

    @property
    def pieces(self) -> int:
        return sum(line.pieces for line in self.lines)


def render_pick_list(orders: Sequence[Order], *, left_out: Iterable[str] = ()) -> bytes:
    """Return the A4 pick list of `orders`, first the walk over all of them, then box by box.

    Pieces that were sent are left out; pieces that have yet to come are named and not counted.
    `left_out` says in words what is not on it. Expects `lines` to be prefetched; one query more.
    """
    boxes = boxes_of(orders)
    context = {
        "shop": StoreSettings.current(),
        "picks": picks_of(boxes),
        "pieces": sum(box.pieces for box in boxes),
        "boxes": [
            {"box": box, "barcode": barcode_svg(box.order.number, width_mm=47, height_mm=9)} for box in boxes
        ],
        "left_out": list(left_out),
    }
    return render_pdf("pdf/pick_list.html", context)


def boxes_of(orders: Sequence[Order]) -> list[Box]:
    """What of each order is still to pick or to come, from where."""
    held, waiting = _holds(orders)
    boxes = []
    for index, order in enumerate(orders):
        lines = [
            _line(line, held[order.stock_reference], waiting[order.stock_reference])
            for line in order.lines.all()
            if line.quantity > line.quantity_shipped
        ]
        boxes.append(Box(letter=letter_of(index), order=order, lines=lines))
    return boxes


def picks_of(boxes: Iterable[Box]) -> list[Pick]:
    """The walk: by place, there by SKU."""
    picks: dict[tuple[str, str], Pick] = {}
    for box in boxes:
        for line in box.lines:
            for place, pieces in line.places:
                row = line.line
                pick = picks.setdefault((place, row.sku), Pick(place=place, sku=row.sku, name=row.full_name))
                pick.boxes[box.letter] = pick.boxes.get(box.letter, 0) + pieces
    return [picks[key] for key in sorted(picks)]


def letter_of(index: int) -> str:
    """0 is "A", 25 "Z", 26 "AA": as spreadsheets count."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _line(line: OrderLine, held: dict[int, dict[str, int]], waiting: dict[int, int]) -> Line:
    left = line.quantity - line.quantity_shipped
    late = min(waiting.get(line.variant_id, 0), left)
    places, missing = [], left - late
    for place, pieces in sorted(held.get(line.variant_id, {}).items()):
        taken = min(pieces, missing)
        if taken:
            places.append((place, taken))
            missing -= taken
    if missing:
        places.append((UNKNOWN_PLACE, missing))
    return Line(line=line, pieces=left - late, waiting=late, places=places)


def _holds(orders: Iterable[Order]) -> tuple[Any, Any]:
    """By order and variant: how many lie ready at which place, and how many have yet to come."""
    held: Any = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    waiting: Any = defaultdict(lambda: defaultdict(int))
    references = [order.stock_reference for order in orders]
    rows = Hold.objects.filter(reference__in=references, state=Hold.State.ACTIVE)
    fields = ("reference", "item__variant_id", "item__location__name", "quantity", "is_backorder")
    for reference, variant_id, place, quantity, is_backorder in rows.values_list(*fields):
        if is_backorder:
            waiting[reference][variant_id] += quantity
        else:
            held[reference][variant_id][place] += quantity
    return held, waiting
