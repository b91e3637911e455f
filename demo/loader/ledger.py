"""Movements of stock in the order of time, though orders are written one after another."""

import heapq
from datetime import datetime
from itertools import count

from catalog.models import StockMovement
from demo.loader.bulk import Writer
from demo.loader.shelf import Demand, Place, Shelf


class Ledger:
    """Keeps movements until no earlier one can come, then writes them with what was left."""

    def __init__(self, writer: Writer, *, shelf: Shelf, demand: Demand, actor: int) -> None:
        self._writer = writer
        self._shelf = shelf
        self._demand = demand
        self._actor = actor
        self._on_hand: dict[Place, int] = {}
        self._waiting: list[tuple[datetime, int, Place, int, str]] = []
        self._ties = count()

    def move(self, place: Place, change: int, *, at: datetime, reference: str) -> None:
        """Note that goods left (negative) or came back."""
        if change:
            heapq.heappush(self._waiting, (at, next(self._ties), place, change, reference))

    def write_until(self, moment: datetime | None = None) -> None:
        """Write what happened before `moment`: everything when it is None."""
        while self._waiting and (moment is None or self._waiting[0][0] < moment):
            at, _, place, change, reference = heapq.heappop(self._waiting)
            on_hand = self._on_hand.get(place)
            if on_hand is None:
                _, variant = self._shelf.at(place)
                on_hand = self._demand.of(*place).received(variant.stock)
            self._on_hand[place] = on_hand = on_hand + change
            kinds = StockMovement.Kind
            self._writer.add(
                StockMovement,
                item_id=self._shelf.keys[place].item,
                kind=kinds.SOLD if change < 0 else kinds.RETURNED,
                change=change,
                on_hand_after=on_hand,
                reason="" if change < 0 else "Sent back by the customer",
                reference=reference,
                actor_id=self._actor,
                created_at=at,
            )
