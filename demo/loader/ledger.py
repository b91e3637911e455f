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
        self._spoiled: dict[Place, int] = {}
        self._waiting: list[tuple[datetime, int, Place, int, str]] = []
        self._ties = count()

    def move(self, place: Place, change: int, *, at: datetime, reference: str) -> None:
        """Note that goods left (negative) or came back."""
        if change:
            heapq.heappush(self._waiting, (at, next(self._ties), place, change, reference))

    def write_until(self, moment: datetime | None = None) -> None:
        """Write what happened before `moment`: everything when it is None."""
        kinds = StockMovement.Kind
        while self._waiting and (moment is None or self._waiting[0][0] < moment):
            at, _, place, change, reference = heapq.heappop(self._waiting)
            if place not in self._on_hand:
                _, variant = self._shelf.at(place)
                demand = self._demand.of(*place)
                self._on_hand[place] = demand.received(variant.stock)
                self._spoiled[place] = demand.spoiled(variant.stock)
            if change < 0:
                self._add(place, kinds.SOLD, change, at=at, reference=reference)
                continue
            self._add(place, kinds.RETURNED, change, at=at, reference=reference, reason="Sent back")
            spoiled = min(change, self._spoiled[place])
            if spoiled:
                self._spoiled[place] -= spoiled
                reason = "Came back with scratches"
                self._add(place, kinds.DAMAGED, -spoiled, at=at, reference=reference, reason=reason)

    def _add(
        self,
        place: Place,
        kind: StockMovement.Kind,
        change: int,
        *,
        at: datetime,
        reference: str,
        reason: str = "",
    ) -> None:
        self._on_hand[place] += change
        self._writer.add(
            StockMovement,
            item_id=self._shelf.keys[place].item,
            kind=kind,
            change=change,
            on_hand_after=self._on_hand[place],
            reason=reason,
            reference=reference,
            actor_id=self._actor,
            created_at=at,
        )
