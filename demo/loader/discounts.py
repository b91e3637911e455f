"""The demo's discounts and single-use codes, and which of them an order could use."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from demo.loader.bulk import Writer, update_rows
from demo.loader.plan import Plan, letters
from demo.loader.shop import Places
from orders.discounts import Applied, Rule
from orders.models import Discount, DiscountCode
from orders.models.discount import normalise_code
from orders.models.order import NUMBER_ALPHABET

_CODES = 20
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
        writer = Writer(Discount, _CATEGORIES, DiscountCode)
        self._plan, self._places = plan, places
        self._codes: list[_Entry] = []
        self._automatic: list[_Entry] = []
        for values in _rows(plan):
            entry = self._add(writer, values)
            if entry.row.codes_only:
                self._campaign = entry
            else:
                (self._codes if entry.row.code else self._automatic).append(entry)
        self._single = self._add_codes(writer)
        self._unused = list(self._single)
        writer.flush()

    def _add(self, writer: Writer, values: dict[str, object]) -> _Entry:
        category = values.pop("category", "")
        key = writer.add(
            Discount,
            **values,
            code_key=normalise_code(str(values.get("code", ""))) or None,
            created_at=self._plan.days_ago(200),
            created_by_id=self._places.owner,
        )
        shelves: frozenset[int] = frozenset()
        if category:
            shelves = frozenset({self._places.categories[str(category)]})
            writer.add(_CATEGORIES, discount_id=key, category_id=min(shelves))
        row = Discount(pk=key, **values)
        return _Entry(row=row, rule=_rule(row, shelves))

    def _add_codes(self, writer: Writer) -> dict[str, int]:
        """The campaign's codes and their keys. Public like everything here, so from the seed."""
        dice = self._plan.dice("codes")
        codes = ["THANKS-" + letters(dice, 8, NUMBER_ALPHABET) for _ in range(_CODES)]
        return {
            code: writer.add(
                DiscountCode,
                discount_id=self._campaign.row.pk,
                code=code,
                code_key=code,
                batch="Card in the parcel",
                created_at=self._plan.days_ago(115),
                created_by_id=self._places.owner,
            )
            for code in codes
        }

    def rules(self, *, at: datetime, buyer: str, wish: float) -> list[Rule]:
        """The automatic discounts, and a code in about every fourth order, a few of them single-use."""
        usable = [entry.rule for entry in self._automatic if entry.is_usable(at=at, by=buyer)]
        codes = [entry for entry in self._codes if entry.is_usable(at=at, by=buyer)]
        if wish < 0.26 and codes:
            usable.append(codes[int(wish * 1000) % len(codes)].rule)
        elif wish < 0.30 and self._unused:
            usable.append(replace(self._campaign.rule, code=self._unused[0]))
        return usable

    @property
    def _entries(self) -> list[_Entry]:
        return [*self._codes, *self._automatic, self._campaign]

    def code_id(self, applied: Applied) -> int | None:
        """The key of the single-use code that was used, None for any other discount."""
        return self._single.get(applied.code)

    def use(self, applied: Applied, *, buyer: str, released: bool) -> None:
        """Count a use, unless its order was cancelled and gave it back."""
        if released:
            return
        entry = next(entry for entry in self._entries if entry.row.pk == applied.id)
        entry.uses += 1
        entry.users.add(buyer)
        if applied.code in self._unused:
            self._unused.remove(applied.code)

    def write_uses(self) -> None:
        """Store how often each discount and each code was used."""
        update_rows(Discount, ["uses"], [(entry.uses, entry.row.pk) for entry in self._entries])
        used = self._single.keys() - set(self._unused)
        update_rows(DiscountCode, ["uses"], [(1, self._single[code]) for code in sorted(used)])


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
            "category": "garden", "minimum_spend": Decimal(20), "active_from": plan.days_ago(21),
            "active_until": plan.midnight + timedelta(days=60),
        },
        {
            "name": "Summer goodbye", "code": "SUMMER20", "kind": kinds.PERCENT, "percent": Decimal(20),
            "cap": Decimal(30), "active_from": plan.days_ago(130), "active_until": plan.days_ago(60),
        },
        {
            "name": "Three for two from the pantry", "kind": kinds.BUY_X_GET_Y, "percent": Decimal(100),
            "buy_quantity": 2, "get_quantity": 1, "priority": 20, "category": "pantry",
        },
        {
            "name": "Thank you", "kind": kinds.PERCENT, "percent": Decimal(15), "cap": Decimal(25),
            "codes_only": True, "stackable": False,
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
        buy_quantity=row.buy_quantity,
        get_quantity=row.get_quantity,
        minimum_spend=row.minimum_spend,
        category_ids=category_ids,
        priority=row.priority,
        exclusive=row.exclusive,
        stackable=row.stackable,
    )
