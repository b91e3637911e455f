"""What customers ask about products, what the shop answers, and what buyers add."""

import tomllib
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from catalog.models import Product
from customers.models import User
from demo.loader.people import People
from demo.loader.plan import Plan
from orders.models import Order
from reviews.models import SHOP, Answer, Question, QuestionEvent
from reviews.services.questions import key_of

_FILE = Path(__file__).parent.parent / "questions.toml"


class QuestionLoader:
    """Writes the questions about those products that there are."""

    def __init__(self, plan: Plan, *, people: People, owner: int) -> None:
        self._plan = plan
        self._people = people
        self._owner = User.objects.get(pk=owner)
        self._dice = plan.dice("questions")
        self._questions: list[Question] = []
        self._answers: list[Answer] = []
        self._events: list[QuestionEvent] = []

    def load(self) -> None:
        """Write them all. Without customers there are none."""
        if not self._plan.customers:
            return
        entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))["question"]
        found = Product.objects.filter(slug__in={entry["product"] for entry in entries})
        products = {product.slug: product for product in found}
        for entry in entries:
            if product := products.get(entry["product"]):
                self._add(entry, product)
        for model, rows in (
            (Question, self._questions),
            (Answer, self._answers),
            (QuestionEvent, self._events),
        ):
            model.objects.bulk_create(rows)
            model.all_objects.update(modified_at=self._plan.midnight)

    def _add(self, entry: dict[str, Any], product: Product) -> None:
        asker = self._people.customer(self._dice.randrange(self._plan.customers))
        asked = self._plan.midnight - timedelta(hours=entry["hours"])
        question = Question(
            id=self._id(),
            product_id=product.pk,
            product_title=product.name,
            customer_id=str(asker.customer_id),
            customer_email=asker.email,
            customer_name=asker.name,
            question=entry["text"],
            text_key=key_of(entry["text"]),
            asked_at=asked,
            created_at=asked,
        )
        self._questions.append(question)
        self._tell(question, "asked", "Asked", at=asked, label="Customer", actor=asker.customer_id)
        if "shop" not in entry:
            return
        answered = asked + timedelta(hours=self._dice.uniform(2, 6))
        question.status, question.answered_at, question.told_at = "published", answered, answered
        self._answer(question, entry["shop"], at=answered, is_shop=True, author_id=SHOP)
        self._tell(
            question,
            "answered",
            "The shop answered",
            at=answered,
            label=self._owner.name,
            actor=self._owner.customer_id,
        )
        later = answered + timedelta(hours=self._dice.uniform(20, 60))
        if "buyer" in entry and (order := _bought_before(later, product)):
            who = {"customer_name": order.customer.name, "customer_email": order.customer.email}
            author = str(order.customer.customer_id)
            number = order.number
            self._answer(question, entry["buyer"], at=later, author_id=author, order_number=number, **who)

    def _answer(self, question: Question, text: str, *, at: datetime, **fields: Any) -> None:
        self._answers.append(
            Answer(
                id=self._id(),
                status=Answer.Status.PUBLISHED,
                question_id=question.id,
                product_id=question.product_id,
                product_title=question.product_title,
                answer=text,
                answered_at=at,
                created_at=at,
                **fields,
            )
        )

    def _tell(
        self, question: Question, kind: str, message: str, *, at: datetime, label: str, actor: uuid.UUID
    ) -> None:
        self._events.append(
            QuestionEvent(
                id=self._id(),
                question_id=question.id,
                kind=kind,
                message=message,
                actor_id=str(actor),
                actor_label=label,
                at=at,
                created_at=at,
            )
        )

    def _id(self) -> str:
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))


def _bought_before(moment: datetime, product: Product) -> Any:
    """The first order of a customer that had brought them the product by then, None without one."""
    delivered = Order.objects.filter(status=Order.Status.DELIVERED, delivered_at__lt=moment)
    bought = delivered.filter(customer__isnull=False, lines__product=product)
    return bought.select_related("customer").order_by("placed_at", "pk").first()
