"""What the customers of the example shop are called, where they live and what they write."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "texts.toml"
_ANY = "any"


@dataclass(frozen=True)
class ReviewText:
    """A review with 1 to 5 stars. ``category`` is the top category it fits, None when any."""

    rating: int
    text: str
    category: str | None


@dataclass(frozen=True)
class Place:
    """Streets with house numbers, and (postcode, town) pairs, of one country (ISO code)."""

    country: str
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Texts:
    """All the material; every tuple is in the order of the file."""

    reviews: tuple[ReviewText, ...]
    answers: tuple[str, ...]
    cancellations: tuple[str, ...]
    notes: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    places: tuple[Place, ...]

    def reviews_for(self, *, category: str, rating: int) -> tuple[ReviewText, ...]:
        """The reviews with this many stars that fit a product of the top category."""
        return tuple(
            review
            for review in self.reviews
            if review.rating == rating and review.category in (None, category)
        )


@cache
def load_texts() -> Texts:
    """Read the material. Raises ValueError when a review's stars or length make no sense."""
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Texts(
        reviews=tuple(_reviews(document["reviews"])),
        answers=tuple(document["staff"]["answers"]),
        cancellations=tuple(document["orders"]["cancellations"]),
        notes=tuple(document["orders"]["notes"]),
        first_names=tuple(document["names"]["first"]),
        last_names=tuple(document["names"]["last"]),
        places=tuple(
            Place(
                country=country,
                streets=tuple(place["streets"]),
                towns=tuple((postcode, town) for postcode, town in place["towns"]),
            )
            for country, place in document["places"].items()
        ),
    )


def _reviews(shelves: dict[str, dict[str, Any]]) -> Iterator[ReviewText]:
    for shelf, ratings in shelves.items():
        for rating, texts in ratings.items():
            for text in texts:
                if rating not in {"1", "2", "3", "4", "5"} or len(text) > 500:
                    raise ValueError(f"review with {rating} stars: {text[:60]}")
                yield ReviewText(int(rating), text, None if shelf == _ANY else shelf)
