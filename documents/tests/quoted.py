"""Invoices of orders that the shop's own calculation priced."""

from decimal import Decimal as D
from typing import Any

from catalog.models import StoreSettings
from catalog.tests.factories import ProductFactory, StoreFactory
from documents.tests.factories import ADDRESS, OrderFactory
from orders.models import OrderLine
from orders.pricing import Quote, quote
from orders.services.invoices import invoice_snapshot
from orders.tax import Taxes
from orders.tests.test_pricing import GERMANY, STANDARD, item

SELLER = {"name": "Alcove GmbH", "vat_number": "DE136695976"}
RATES = {"standard": D(19), "reduced": D(7)}
PARIS = {"name": "Atelier Lune", "line1": "Rue 1", "postal_code": "75001", "city": "Paris", "country": "FR"}
REVERSE = Taxes(
    rates={"standard": D(20)},
    included=True,
    home_rates=RATES,
    reverse_charge=True,
    vat_number="FR40303265045",
)


def goods(price: str = "20.00", key: int = 1, **more: Any) -> Any:
    return item(key=key, price=price, **more)


def quoted(
    *items: Any, rules: Any = (), delivery: Any = STANDARD, taxes: Taxes = GERMANY, currency: str = "EUR"
) -> Quote:
    return quote(items=items or [goods()], rules=rules, delivery=delivery, taxes=taxes, currency=currency)


def order_of(result: Quote, **changes: Any) -> Any:
    """An order as placing it writes it; paid unless `amount_paid` says otherwise."""
    values = {
        "currency": result.currency,
        "subtotal": result.subtotal,
        "shipping_total": result.shipping,
        "discount_total": result.discount_total,
        "tax_total": result.tax_total,
        "total": result.total,
        "amount_paid": result.total,
        "prices_include_tax": result.prices_include_tax,
        "reverse_charge": result.reverse_charge,
        "vat_number": result.vat_number,
        "quote": result.to_json(),
        "shipping_address": ADDRESS,
        "billing_address": changes.get("shipping_address", ADDRESS),
        "status": "processing",
        **changes,
    }
    order = OrderFactory(lines=0, **values)
    variants = {line.key: ProductFactory(stock=10).variants.get() for line in result.lines}
    keys = {line.key: variants[line.key].pk for line in result.lines}
    for row in order.quote["discounts"]:
        row["lines"] = {str(keys[int(key)]): amount for key, amount in row["lines"].items()}
    order.save()
    for line in result.lines:
        OrderLine.objects.create(
            order=order,
            product=variants[line.key].product,
            variant=variants[line.key],
            name=line.name,
            sku=f"SKU-{line.key}",
            quantity=line.quantity,
            unit_price=line.unit_price,
            subtotal=line.subtotal,
            discount=line.discount,
            tax_rate=line.tax_rate,
            tax=line.tax,
            total=line.total,
        )
    return type(order).objects.get(pk=order.pk)


def snapshot_of(result: Quote, **changes: Any) -> dict[str, Any]:
    """The snapshot of the invoice of such an order, from a seller with a VAT number."""
    return snapshot_for(order_of(result, **changes))


def snapshot_for(order: Any) -> dict[str, Any]:
    shop = StoreSettings.current()
    shop.seller = StoreFactory(**SELLER)
    dates = {"issued_on": "2026-11-22", "due_on": "2026-12-06"}
    return {"number": "2026-00123", **dates, **invoice_snapshot(order, shop=shop)}
