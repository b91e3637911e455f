"""Reverse charge in the calculation: prices without tax, and the sentences that say so. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ecommerce.lib.money import ZERO
from orders.tax import Taxes, rate_of

if TYPE_CHECKING:
    from orders.pricing import Delivery, Item

DELIVERY_CLASS = "standard"


def net_items(items: list["Item"], taxes: Taxes, currency: str) -> list["Item"]:
    """The items at the prices of the calculation."""
    return [
        replace(item, unit_price=taxes.price(item.unit_price, item.tax_class, currency)) for item in items
    ]


def net_delivery(delivery: "Delivery", taxes: Taxes, currency: str) -> "Delivery":
    """The delivery at the price of the calculation; the limit of free delivery stays as it is."""
    return replace(delivery, price=taxes.price(delivery.price, DELIVERY_CLASS, currency))


def price_words(
    items: list["Item"], delivery: "Delivery | None", taxes: Taxes, currency: str
) -> list[tuple[str, Decimal]]:
    """The sentences of "why this price?" about the tax taken out of prices, and about the law."""
    if not taxes.reverse_charge:
        return []
    prices = [(item.name, item.unit_price, item.tax_class) for item in items]
    if delivery is not None:
        prices.append((delivery.name, delivery.price, DELIVERY_CLASS))
    words = []
    for name, gross, tax_class in prices:
        net = taxes.price(gross, tax_class, currency)
        if net != gross:
            rate = rate_of(tax_class, taxes.home_rates)
            words.append(
                f"{name}: {gross:.2f} without the shop's own {rate.normalize():f} % tax is {net:.2f}"
            )
    where = f" in {taxes.place}" if taxes.place else ""
    words.append(f"Reverse charge: no VAT, the buyer owes it{where} ({taxes.vat_number})")
    return [(text, ZERO) for text in words]
