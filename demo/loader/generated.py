"""Made-up products beyond the curated ones, for trying the shop with a large catalogue."""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from demo.catalogue import DemoProduct, DemoVariant
from demo.entries import slug as slug_of

slug = lru_cache(maxsize=5000)(slug_of)  # colours and sizes come again and again
FIRST_RANK = 1000
MOST_VARIANTS = 4

_MOODS = (  # noqa: SIM905 - a hundred quoted words are harder to read
    "Quiet Early Late Bright Plain Patient Sunday Winter Summer Autumn Spring Little Long Slow Swift "
    "Honest Gentle Sturdy Bold Calm Clever Cosy Crisp Daily Fair Fine Fond Good Grand Handy Happy Hardy "
    "Keen Kind Light Lively Lucky Mellow Merry Mild Modest Neat New Nimble Noble Old Open Proud Ready "
    "Robust Round Simple Small Smart Smooth Soft Solid Spare Steady Still Tidy True Warm Wise Wide "
    "Young Bonny Breezy"
).split()
_SCENES = (  # noqa: SIM905 - a hundred quoted words are harder to read
    "harbour orchard meadow valley river island village garden mountain forest lantern market station "
    "bakery library workshop terrace cottage bridge chapel cellar attic kitchen parlour corner "
    "courtyard canal shore beach cliff dune field hill lake moor park quarry ridge spring stream tower "
    "vineyard wharf yard avenue boulevard lane square alley arcade balcony barn boathouse brewery camp "
    "castle dairy farm ferry ford gallery granary greenhouse"
).split()
_REASONS = (
    "It is made for people who would rather buy one thing well than three things twice.",
    "Everything that could be left out was left out, and what remains can be repaired.",
    "It came to us by way of a letter from a customer who could not find one anywhere.",
    "We tried it for a winter before we let it onto the shelf.",
)


def generated_products(
    templates: Sequence[DemoProduct], *, count: int, dice: random.Random
) -> Iterator[DemoProduct]:
    """`count` products in the manner of `templates`, in turn, each with a name of its own."""
    alike: dict[str, list[str]] = defaultdict(list)
    for template in templates:
        alike[_noun(template)].append(template.key)
    shifts = {noun: 5 * position for position, noun in enumerate(alike)}
    for number in range(count):
        rounds, place = divmod(number, len(templates))
        template = templates[place]
        noun = _noun(template)
        namesakes = alike[noun]
        turn = rounds * len(namesakes) + namesakes.index(template.key)
        name = _name(turn, shift=shifts[noun], noun=noun)
        yield _product(template, number=number, name=name, dice=dice)


def _noun(template: DemoProduct) -> str:
    return "book" if template.category == "books" else template.name.split()[-1].lower()


def _name(turn: int, *, shift: int, noun: str) -> str:
    """A name that no other turn of this noun has; shelves differ by their shift."""
    scenes, mood = divmod(turn, len(_MOODS))
    edition, scene = divmod(scenes, len(_SCENES))
    words = f"{_MOODS[(mood + shift) % len(_MOODS)]} {_SCENES[(scene + shift) % len(_SCENES)]} {noun}"
    return f"{words} no. {edition + 1}" if edition else words


def _product(template: DemoProduct, *, number: int, name: str, dice: random.Random) -> DemoProduct:
    count = min(len(template.variants), dice.randint(1, MOST_VARIANTS))
    start = dice.randrange(len(template.variants) - count + 1)
    factor = Decimal(dice.randint(75, 140)) / 100
    code = f"{slug(name.split()[2])}-{number + 1:06d}".upper()
    variants = tuple(
        _variant(variant, code=code, factor=factor, stock=_stock(dice))
        for variant in template.variants[start : start + count]
    )
    shown = {variant.picture for variant in variants}
    pictures = tuple(view for view in template.pictures if view.stem in shown or view.kind == "detail")
    return replace(
        template,
        key=slug_of(name),
        name=name,
        description=f"{name}: {template.summary.lower()}. {dice.choice(_REASONS)}",
        rank=FIRST_RANK + number,
        variants=variants,
        pictures=pictures,
    )


def _variant(variant: DemoVariant, *, code: str, factor: Decimal, stock: int) -> DemoVariant:
    # The tail of the template's SKU tells colour and size: FIELD-BACKPACK-OCEAN.
    tail = "-".join(slug(value) for value in variant.attributes.values()).upper()
    price = _price(variant.price * factor)
    before = _price(variant.compare_at * factor) if variant.compare_at else None
    return replace(
        variant,
        sku=f"{code}-{tail}" if tail else code,
        price=price,
        compare_at=before if before and before > price else None,
        stock=stock,
    )


def _price(amount: Decimal) -> Decimal:
    """A price as shops write it: 12.90."""
    return Decimal(max(1, round(amount))) - Decimal("0.10")


def _stock(dice: random.Random) -> int:
    """Most are there, some are few, some are gone."""
    luck = dice.random()
    if luck < 0.06:
        return 0
    return dice.randint(1, 4) if luck < 0.14 else dice.randint(5, 80)
