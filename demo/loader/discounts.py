"""The demo's discounts, and which of them an order could use."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from demo.loader.bulk import Writer, update_rows
from demo.loader.plan import Plan
from demo.loader.shop import Places
from orders.discounts import Applied, Rule
from orders.models import Discount
from orders.models.discount import normalise_code

_GARDEN = "garden"
_CATEGORIES = Discount.categories.through


@dataclass
class _Entry:
    """A discount's row, its rule, and who has used it so far."""

    row: Discount
    rule: Rule
    uses: int = 0
    users: set[str] = field(default_factory=set)

    def is_usable(self, *, at: datetime, by: str) -> bool:
        row = self.row
        used_up = row.max_uses is not None and self.uses >= row.max_uses
        had = row.max_uses_per_customer is not None and by in self.users
        return row.is_live(at) and not used_up and not had


class Discounts:
    """Writes the discounts, lends their rules to orders and counts their uses."""

    def __init__(self, plan: Plan, *, places: Places) -> None:
        writer = Writer(Discount, _CATEGORIES)
        self._codes: list[_Entry] = []
        self._automatic: list[_Entry] = []
        for values in _rows(plan):
            code = normalise_code(str(values.get("code", "")))
            key = writer.add(
                Discount,
                **values,
                code_key=code or None,
                created_at=plan.days_ago(200),
                created_by_id=places.owner,
            )
            shelves: frozenset[int] = frozenset()
            if not code:
                shelves = frozenset({places.categories[_GARDEN]})
                writer.add(_CATEGORIES, discount_id=key, category_id=places.categories[_GARDEN])
            row = Discount(pk=key, **values)
            entry = _Entry(row=row, rule=_rule(row, shelves))
            (self._codes if code else self._automatic).append(entry)
        writer.flush()

    def rules(self, *, at: datetime, buyer: str, wish: float) -> list[Rule]:
        """The automatic discounts, and a code in about every fourth order."""
        usable = [entry.rule for entry in self._automatic if entry.is_usable(at=at, by=buyer)]
        codes = [entry for entry in self._codes if entry.is_usable(at=at, by=buyer)]
        if wish < 0.26 and codes:
            usable.append(codes[int(wish * 1000) % len(codes)].rule)
        return usable

    def use(self, applied: Applied, *, buyer: str, released: bool) -> None:
        """Count a use, unless its order was cancelled and gave it back."""
        if released:
            return
        entry = next(entry for entry in (*self._codes, *self._automatic) if entry.row.pk == applied.id)
        entry.uses += 1
        entry.users.add(buyer)

    def write_uses(self) -> None:
        """Store how often each discount was used."""
        update_rows(
            Discount, ["uses"], [(entry.uses, entry.row.pk) for entry in (*self._codes, *self._automatic)]
        )


def _rows(plan: Plan) -> list[dict[str, object]]:
    kinds = Discount.Kind
    return [
        {
            "name": "10 % off your first order", "code": "WELCOME10", "kind": kinds.PERCENT,
            "percent": Decimal(10), "cap": Decimal(20), "max_uses_per_customer": 1,
        },
        {
            "name": "Free delivery", "code": "SHIPFREE", "kind": kinds.FREE_SHIPPING,
            "minimum_spend": Decimal(30),
        },
        {
            "name": "€5 for you", "code": "GIFT5", "kind": kinds.AMOUNT, "amount": Decimal(5),
            "minimum_spend": Decimal(40), "max_uses": 100,
        },
        {
            "name": "Out into the garden", "kind": kinds.PERCENT, "percent": Decimal(5), "priority": 10,
            "minimum_spend": Decimal(20), "active_from": plan.days_ago(21),
            "active_until": plan.midnight + timedelta(days=60),
        },
        {
            "name": "Summer goodbye", "code": "SUMMER20", "kind": kinds.PERCENT, "percent": Decimal(20),
            "cap": Decimal(30), "active_from": plan.days_ago(130), "active_until": plan.days_ago(60),
        },
    ]  # fmt: skip


def _rule(row: Discount, category_ids: frozenset[int]) -> Rule:
    return Rule(
        id=row.pk,
        name=row.name,
        kind=row.kind,
        code=row.code,
        percent=row.percent,
        cap=row.cap,
        amount=row.amount,
        minimum_spend=row.minimum_spend,
        category_ids=category_ids,
        priority=row.priority,
        exclusive=row.exclusive,
    )
