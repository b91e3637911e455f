"""Chooses what a review says, so that texts repeat as late as possible and answers fit."""

from collections import Counter, defaultdict
from random import Random

from demo.texts import load_texts

_GOOD_TAGS = ("well made", "good present", "as pictured", "fast delivery", "worth the price", "everyday use")
_BAD_TAGS = ("smaller than expected", "slow delivery", "not as pictured", "pricey")
# What a review mentions, and a word of the answer that fits; the first match counts.
_TOPICS = (
    (("broken", "scratch", "damaged", "had a fault", "squashed", "ruined"), "new one left"),
    (("late", "slow", "waited", "delivery", "weeks"), "carrier"),
    (("small", "measure", "narrow", "size", "fits"), "measurements"),
    (("colour",), "more colours"),
    (("returned", "sent it back", "not as described"), "thirty days"),
)
_TO_UNHAPPY = ("honest",)
_TO_HAPPY = ("taking the time", "Glad")


class ReviewWords:
    """Remembers what was said already."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._texts = load_texts()
        self._said: Counter[str] = Counter()
        self._said_of: dict[int, Counter[str]] = defaultdict(Counter)

    def text(self, product: int, *, category: str, rating: int) -> str:
        """A text of that many stars for a product of the top category."""
        choices = [review.text for review in self._texts.reviews_for(category=category, rating=rating)]
        said_of = self._said_of[product]
        fewest = min((said_of[text], self._said[text]) for text in choices)
        fresh = [text for text in choices if (said_of[text], self._said[text]) == fewest]
        chosen = self._dice.choice(fresh)
        self._said[chosen] += 1
        said_of[chosen] += 1
        return chosen

    def tags(self, rating: int) -> list[str]:
        """None, one or two tags."""
        pool = _GOOD_TAGS if rating > 3 else _BAD_TAGS
        return self._dice.sample(pool, self._dice.choices((0, 1, 2), (55, 32, 13))[0])

    def answer(self, review: str, *, rating: int) -> str:
        """What the shop answers to a review."""
        wanted: tuple[str, ...] = _TO_HAPPY if rating > 3 else _TO_UNHAPPY
        if rating <= 3:
            words = review.lower()
            wanted = next(
                ((answer,) for topics, answer in _TOPICS if any(topic in words for topic in topics)), wanted
            )
        fitting = [answer for answer in self._texts.answers if any(word in answer for word in wanted)]
        return self._dice.choice(fitting or list(self._texts.answers))
