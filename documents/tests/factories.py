"""Orders with what papers are made from: lines, an invoice, a parcel."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog.models import Product, Variant
from catalog.tests.factories import ProductFactory
from documents.models import OrderFile
from orders.models import Invoice, Order, OrderLine, Shipment, ShipmentLine

ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "Unter den Linden 5",
    "postal_code": "10117",
    "city": "Berlin",
    "country": "DE",
}


class OrderFactory(DjangoModelFactory):
    """An order of `lines` (2) lines, 2 pieces each; `customer=user` makes it somebody's."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    email = "ada@example.com"
    name = "Ada Lovelace"
    status = Order.Status.SHIPPED
    payment_status = Order.PaymentStatus.PAID
    payment_method = "demo"
    currency = "EUR"
    subtotal = Decimal("128.00")
    shipping_total = Decimal("3.90")
    discount_total = Decimal("6.40")
    tax_total = Decimal("20.04")
    total = Decimal("125.50")
    prices_include_tax = True
    shipping_method = "standard"
    shipping_name = "Standard"
    shipping_address = ADDRESS
    billing_address = ADDRESS
    placed_at = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)

    @factory.post_generation
    def lines(self: Order, create: bool, extracted: int | None, **kwargs: Any) -> None:
        product = ProductFactory()
        for number in range(2 if extracted is None else extracted):
            OrderLineFactory(order=self, product=product, sku=f"SKU-{number:04}")


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory, lines=0)
    product = factory.SubFactory(ProductFactory)
    name = "Field backpack"
    variant_name = "Raspberry"
    sku = factory.Sequence(lambda n: f"SKU-{n:04}")
    quantity = 2
    unit_price = Decimal("32.00")
    subtotal = Decimal("64.00")
    tax_rate = Decimal("19.00")
    tax = Decimal("10.22")
    total = Decimal("64.00")
    weight_grams = 640

    @factory.lazy_attribute
    def variant(self: Any) -> Variant:
        product: Product = self.product
        return Variant.objects.create(product=product, sku=f"{self.sku}-{self.order.pk}", price="32.00")


def snapshot(**changes: Any) -> dict[str, Any]:
    """What `Invoice.snapshot` holds; `lines=25` stands for that many lines."""
    count = changes.pop("lines", 2)
    names = ("Field backpack, Raspberry", "Walnut desk lamp", "Everyday mug, Forest", "Sun hat")
    lines = [
        {
            "name": names[number % 4],
            "sku": f"SKU-{number:04}",
            "quantity": 1 + number % 3,
            "unit_price": "64.00",
            "discount": "6.40" if number == 0 else "0.00",
            "tax_rate": "19" if number % 2 == 0 else "7",
            "total": "57.60" if number == 0 else "64.00",
        }
        for number in range(count)
    ]
    return {
        "number": "2026-00123",
        "issued_on": "2026-11-22",
        "due_on": "2026-12-06",
        "currency": "EUR",
        "seller": {
            "name": "Alcove GmbH",
            "address_lines": ["Gartenstraße 12", "10115 Berlin", "Germany"],
            "email": "hello@alcove.example",
            "phone": "+49 30 5550 0142",
            "vat_number": "DE123456788",
            "iban": "DE02 1203 0000 0000 2020 51",
            "bic": "BYLADEM1001",
        },
        "order_number": "7K2M9QXA",
        "placed_on": "2026-11-21",
        "customer": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "billing_lines": ["Ada Lovelace", "Unter den Linden 5", "10117 Berlin", "Germany"],
        "delivery_lines": ["Ada Lovelace", "Unter den Linden 5", "10117 Berlin", "Germany"],
        "lines": lines,
        "subtotal": "128.00",
        "shipping_name": "Standard",
        "shipping_total": "3.90",
        "discounts": [{"name": "WELCOME10", "amount": "6.40"}],
        "discount_total": "6.40",
        "taxes": [
            {"rate": "19.00", "net": "51.68", "tax": "9.82"},
            {"rate": "7.00", "net": "59.81", "tax": "4.19"},
        ],
        "tax_total": "14.01",
        "total": "125.50",
        "prices_include_tax": True,
        "payment_method": "Bank transfer",
        "payment_status_text": "Awaiting payment",
        **changes,
    }


class InvoiceFactory(DjangoModelFactory):
    class Meta:
        model = Invoice

    order = factory.SubFactory(OrderFactory)
    series = "2026"
    sequence = factory.Sequence(lambda n: n + 1)
    number = factory.LazyAttribute(lambda made: f"{made.series}-{made.sequence:05d}")
    issued_at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    due_on = date(2026, 12, 6)
    amount = Decimal("125.50")
    currency = "EUR"
    snapshot = factory.LazyAttribute(
        lambda made: snapshot(number=made.number, order_number=made.order.number)
    )


class ShipmentFactory(DjangoModelFactory):
    """A parcel with everything its order has."""

    class Meta:
        model = Shipment
        skip_postgeneration_save = True

    order = factory.SubFactory(OrderFactory)
    carrier = "DHL"
    tracking_number = "00340434161094042557"
    tracking_url = "https://track.example/p?id=00340434161094042557"
    shipped_at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    @factory.post_generation
    def lines(self: Shipment, create: bool, extracted: Any, **kwargs: Any) -> None:
        for line in self.order.lines.all():
            ShipmentLine.objects.create(shipment=self, line=line, quantity=line.quantity)


class OrderFileFactory(DjangoModelFactory):
    """A document that names a file; the file itself is written by the test that needs it."""

    class Meta:
        model = OrderFile

    order_id = 1
    order_number = "7K2M9QXA"
    source = factory.Sequence(lambda n: f"invoice:{n}")
    file_name = factory.Sequence(lambda n: f"2026-{n:05d}.pdf")
    path = factory.LazyAttribute(lambda made: f"invoices/2026/{made.file_name}")
    size = 22_000
    checksum = "0" * 64
