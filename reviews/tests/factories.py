"""Reviews with valid defaults, and the orders that allow them."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog.models import Product
from customers.models import User
from orders.models import Order, OrderLine
from reviews.models import Review


class ReviewFactory(DjangoModelFactory):
    """A published review; give `product`, and `customer` when it matters who wrote it.

    It only stores the document; `recount_rating` brings the product's rating up to date.
    """

    class Meta:
        model = Review

    class Params:
        product = None
        customer = None

    product_id = factory.LazyAttribute(lambda made: made.product.pk)
    product_title = factory.LazyAttribute(lambda made: made.product.name)
    customer_id = factory.LazyAttributeSequence(
        lambda made, n: (
            str(made.customer.customer_id) if made.customer else f"00000000-0000-4000-8000-{n:012}"
        )
    )
    customer_email = factory.LazyAttributeSequence(
        lambda made, n: made.customer.email if made.customer else f"reviewer{n}@example.com"
    )
    customer_name = factory.LazyAttribute(
        lambda made: made.customer.name if made.customer else "Robin Reader"
    )
    review = "Does what it should, and looks good doing it."
    rating = 4


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
