"""Reviews, questions and surveys with valid defaults, and the orders that allow them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.models import User
from customers.tests.factories import UserFactory
from orders.models import Order, OrderLine
from reviews.models import Answer, Question, Review, Survey


class WrittenFactory(DjangoModelFactory):
    """What is written about `product`, by `customer` or by a stranger, another each time.

    `stranger_name`, `stranger_mailbox` and `stranger_group` (a part of the id) make the stranger.
    """

    class Meta:
        abstract = True

    class Params:
        product = None
        customer = None

    product_id = factory.LazyAttribute(lambda made: made.product.pk)
    product_title = factory.LazyAttribute(lambda made: made.product.name)
    customer_id = factory.LazyAttributeSequence(
        lambda made, n: (
            str(made.customer.customer_id)
            if made.customer
            else f"00000000-0000-4000-{made.stranger_group}-{n:012}"
        )
    )
    customer_email = factory.LazyAttributeSequence(
        lambda made, n: made.customer.email if made.customer else f"{made.stranger_mailbox}{n}@example.com"
    )
    customer_name = factory.LazyAttribute(
        lambda made: made.customer.name if made.customer else made.stranger_name
    )


class ReviewFactory(WrittenFactory):
    """A published review; give `product`, and `customer` when it matters who wrote it.

    It only stores the document; `recount_rating` brings the product's rating up to date.
    """

    class Meta:
        model = Review

    class Params:
        stranger_name, stranger_mailbox, stranger_group = "Robin Reader", "reviewer", "8000"

    review = "Does what it should, and looks good doing it."
    rating = 4


class QuestionFactory(WrittenFactory):
    """A question that waits for the shop; give `product`, and `customer` when it matters who asks."""

    class Meta:
        model = Question

    class Params:
        stranger_name, stranger_mailbox, stranger_group = "Quentin Quest", "asks", "9000"

    question = "Does it fit under the seat of a train?"
    text_key = factory.Sequence(lambda n: f"{n:064}")


class AnswerFactory(DjangoModelFactory):
    """A buyer's published answer to `question`, or the shop's with `is_shop=True`."""

    class Meta:
        model = Answer

    class Params:
        question = None
        customer = None

    status = Answer.Status.PUBLISHED
    question_id = factory.LazyAttribute(lambda made: made.question.pk)
    product_id = factory.LazyAttribute(lambda made: made.question.product_id)
    product_title = factory.LazyAttribute(lambda made: made.question.product_title)
    author_id = factory.LazyAttributeSequence(
        lambda made, n: (
            "shop"
            if made.is_shop
            else str(made.customer.customer_id)
            if made.customer
            else f"00000000-0000-4000-a000-{n:012}"
        )
    )
    customer_email = factory.LazyAttribute(lambda made: made.customer.email if made.customer else "")
    customer_name = factory.LazyAttribute(lambda made: made.customer.name if made.customer else "")
    is_shop = False
    answer = "It does, with room to spare."


class SurveyFactory(DjangoModelFactory):
    """What was answered about an order: five stars, and a nine."""

    class Meta:
        model = Survey

    status = Survey.Status.ANSWERED
    order_id = factory.Sequence(lambda n: 900_000 + n)
    order_number = factory.Sequence(lambda n: f"SURVEY{n:02}")
    customer_email = factory.Sequence(lambda n: f"answers{n}@example.com")
    delivered_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=8))
    sent_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))
    overall, recommend, delivery = 5, 9, 4
    answered_at = factory.LazyFunction(timezone.now)


def bought_order(
    *,
    customer: User,
    product: Product,
    status: str = Order.Status.DELIVERED,
    payment_status: str = Order.PaymentStatus.PAID,
    **fields: Any,
) -> Order:
    """An order of the customer with one piece of the product, in the given state."""
    variant = product.variants.first()
    money = {"subtotal": variant.price, "total": variant.price}
    address = {"name": customer.name, "line1": "Torstraße 12", "postal_code": "10119", "city": "Berlin"}
    order = Order.objects.create(
        customer=customer,
        email=customer.email,
        name=customer.name,
        status=status,
        payment_status=payment_status,
        payment_method="demo",
        currency="EUR",
        shipping_total=Decimal(0),
        discount_total=Decimal(0),
        tax_total=Decimal(0),
        prices_include_tax=True,
        shipping_method="standard",
        shipping_name="Standard delivery",
        shipping_address=address | {"country": "DE"},
        billing_address=address | {"country": "DE"},
        **money,
        **fields,
    )
    OrderLine.objects.create(
        order=order,
        product=product,
        variant=variant,
        name=product.name,
        sku=variant.sku,
        quantity=1,
        unit_price=variant.price,
        tax_rate=Decimal(19),
        tax=Decimal(0),
        **money,
    )
    return order


def delivered_order(days: int = 8, **fields: Any) -> Order:
    """An order that arrived so many days ago, of somebody with an account."""
    at = timezone.now() - timedelta(days=days)
    customer = fields.pop("customer", None) or UserFactory(name="Ada Bauer")
    return bought_order(customer=customer, product=ProductFactory(), delivered_at=at, **fields)
