"""Reviews by customers who bought the product and had it delivered."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tqdm import tqdm

from catalog.models import Product
from demo.catalogue import load
from demo.loader.bulk import BATCH, update_rows
from demo.loader.drafts import Drafts
from demo.loader.people import People
from demo.loader.plan import Plan
from demo.loader.shelf import Shelf
from demo.loader.words import ReviewWords
from orders.models import Order
from reviews.models import Review
from reviews.services.ratings import summarise

_STARS = (5, 4, 3, 2, 1)
_SHARES = (0.58, 0.25, 0.10, 0.045, 0.025)
_HELD, _REJECTED, _ANSWERED = 0.03, 0.005, 0.0625


@dataclass(frozen=True, slots=True)
class _Chance:
    """A customer who could review a product: by number, with the order and its delivery."""

    customer: int
    product: int
    order_number: str
    delivered_at: datetime


class ReviewLoader:
    """Writes a plan's reviews and the ratings that follow from them."""

    def __init__(self, plan: Plan, *, people: People, shelf: Shelf) -> None:
        self._plan = plan
        self._people = people
        self._shelf = shelf
        self._dice = plan.dice("reviews")
        self._words = ReviewWords(self._dice)
        self._tops = {category.slug: category.parent or category.slug for category in load().categories}
        self._mood: dict[int, float] = {}

    def load(self, drafts: Drafts, *, bar: tqdm) -> None:
        """Choose who writes, write it, and store each product's rating."""
        reviews = sorted(self._reviews(drafts), key=lambda review: (review.review_date, review.id))
        bar.total = len(reviews)  # fewer than planned when too little was bought
        self._moderate(reviews)
        self._answer(reviews)
        for start in range(0, len(reviews), BATCH):
            batch = reviews[start : start + BATCH]
            Review.objects.bulk_create(batch)
            bar.update(len(batch))
        Review.all_objects.update(modified_at=self._plan.midnight)
        _store_ratings(reviews)

    def _reviews(self, drafts: Drafts) -> Iterator[Review]:
        chances = list(_chances(drafts).values())
        for chance in self._dice.sample(chances, min(self._plan.reviews, len(chances))):
            yield self._review(chance)

    def _review(self, chance: _Chance) -> Review:
        dice, product = self._dice, self._shelf.products[chance.product]
        person = self._people.customer(chance.customer)
        rating = self._rating(chance.product)
        written = chance.delivered_at + timedelta(days=dice.uniform(1.5, 18))
        if written >= self._plan.midnight:
            written = chance.delivered_at + (self._plan.midnight - chance.delivered_at) * dice.random()
        return Review(
            id=str(uuid.UUID(int=dice.getrandbits(128), version=4)),
            product_id=self._shelf.keys[chance.product, 0].product,
            customer_id=str(person.customer_id),
            customer_email=person.email,
            customer_name=person.name,
            product_title=product.name,
            review=self._words.text(chance.product, category=self._tops[product.category], rating=rating),
            rating=rating,
            tags=self._words.tags(rating),
            review_date=written,
            created_at=written,
            order_number=chance.order_number,
        )

    def _rating(self, product: int) -> int:
        """Five stars mostly; some products are liked less than others."""
        mood = self._mood.setdefault(product, self._dice.choice((0.4, 0.8, 1.0, 1.0, 1.3, 2.2)))
        shares = (_SHARES[0], _SHARES[1], *(share * mood for share in _SHARES[2:]))
        return self._dice.choices(_STARS, shares)[0]

    def _moderate(self, reviews: list[Review]) -> None:
        """Some of the newest still wait for staff; a few were turned down."""
        newest = range(max(0, len(reviews) - max(3, len(reviews) // 10)), len(reviews))
        for index in self._dice.sample(newest, min(len(newest), round(len(reviews) * _HELD))):
            reviews[index].status = Review.Status.HELD
        older = range(newest.start)
        for index in self._dice.sample(older, min(len(older), round(len(reviews) * _REJECTED))):
            reviews[index].status = Review.Status.REJECTED

    def _answer(self, reviews: list[Review]) -> None:
        """Staff answer the unhappy first, and now and then say thank you."""
        published = [review for review in reviews if review.status == Review.Status.PUBLISHED]
        wanted = round(len(reviews) * _ANSWERED)
        unhappy = [review for review in published if review.rating <= 3]
        happy = [review for review in published if review.rating > 3]
        share = min(len(unhappy), wanted * 3 // 4)
        chosen = self._dice.sample(unhappy, share)
        chosen += self._dice.sample(happy, min(len(happy), wanted - share))
        for review in chosen:
            answered = review.review_date + timedelta(hours=self._dice.uniform(2, 50))
            if answered < self._plan.midnight:
                review.answer = self._words.answer(review.review, rating=review.rating)
                review.answered_at = answered


def _chances(drafts: Drafts) -> dict[tuple[int, int], _Chance]:
    """Each customer's newest delivered order of each product."""
    found: dict[tuple[int, int], _Chance] = {}
    for draft in drafts:
        delivered = draft.story.delivered_at
        if draft.customer is None or delivered is None or draft.story.status != Order.Status.DELIVERED:
            continue
        for line in draft.lines:
            product = line.place[0]
            found[draft.customer, product] = _Chance(
                customer=draft.customer, product=product, order_number=draft.number, delivered_at=delivered
            )
    return found


def _store_ratings(reviews: list[Review]) -> None:
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for review in reviews:
        if review.status == Review.Status.PUBLISHED:
            counts[review.product_id][review.rating] += 1
    rows = [(*summarise(dict(stars)), product) for product, stars in sorted(counts.items())]
    update_rows(Product, ["rating", "review_count"], rows)
