"""What can be ordered, and how much of it the demo's orders will have taken."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, islice
from random import Random
from typing import TYPE_CHECKING

from tqdm import tqdm

from demo.catalogue import DemoProduct, DemoVariant

if TYPE_CHECKING:
    from demo.loader.drafts import Draft

# Orders name the best-ranked products only, so that memory does not grow with the catalogue.
MOST_PRODUCTS = 3000

Place = tuple[int, int]


@dataclass
class Keys:
    """The database keys of a variant, its product and its stock row."""

    product: int
    variant: int
    item: int


@dataclass
class Quantities:
    """What orders hold of a variant, what has left for them, and what has come back."""

    held: int = 0
    sold: int = 0
    returned: int = 0

    def received(self, free: int) -> int:
        """How many had to be delivered for `free` to be left over today."""
        return free + self.held + self.sold - self.returned + self.spoiled(free)

    def spoiled(self, free: int) -> int:
        """How many of those sent back cannot have been sold again, since they are not there."""
        return max(0, self.returned - free - self.held)


@dataclass
class Shelf:
    """Variants by place: (number of the product, position of the variant)."""

    products: list[DemoProduct]
    keys: dict[Place, Keys] = field(default_factory=dict)

    @classmethod
    def of(cls, products: Iterable[DemoProduct]) -> "Shelf":
        return cls(products=list(islice(products, MOST_PRODUCTS)))

    def __post_init__(self) -> None:
        # The first on the shelf sell best, and cheap things better than dear ones.
        self._weights = list(
            accumulate(
                1 / (10 + number) / float(product.variants[0].price + 20) ** 0.7
                for number, product in enumerate(self.products)
            )
        )

    def __iter__(self) -> Iterator[DemoProduct]:
        return iter(self.products)

    def pick(self, dice: Random) -> Place:
        """A variant that somebody buys."""
        number = bisect(self._weights, dice.random() * self._weights[-1])
        return number, dice.randrange(len(self.products[number].variants))

    def at(self, place: Place) -> tuple[DemoProduct, DemoVariant]:
        product = self.products[place[0]]
        return product, product.variants[place[1]]

    def place(self, number: int, position: int, *, product: int, variant: int, item: int) -> None:
        """Remember the keys under which a variant was written, when orders may name it."""
        if number < len(self.products):
            self.keys[number, position] = Keys(product=product, variant=variant, item=item)


class Demand:
    """What the orders hold, have taken and have sent back, by place."""

    def __init__(self, drafts: "Iterable[Draft]", *, bar: tqdm) -> None:
        self._found: dict[Place, Quantities] = {}
        for draft in drafts:
            bar.update()
            for line in draft.lines:
                sums = self._found.setdefault(line.place, Quantities())
                sums.held += line.held
                sums.sold += line.shipped
                sums.returned += line.returned

    def of(self, number: int, position: int) -> Quantities:
        return self._found.get((number, position), _NONE)


_NONE = Quantities()
