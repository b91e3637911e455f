"""Reads what `orders.pricing` needs from the database: rates, methods and discounts."""

from collections.abc import Iterable

from django.conf import settings

from catalog.models import Variant
from catalog.services.tree import category_ancestors
from orders.discounts import Rule
from orders.models import Discount, ShippingMethod
from orders.pricing import Delivery, Item, Quote, quote
from orders.services.taxing import taxes_for


def buyer_key(email: str) -> str:
    """An email address as uses of discounts are counted by: without case and "+tag"."""
    local, _, domain = email.strip().lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""


def methods_for(*, country: str, weight_grams: int) -> list[ShippingMethod]:
    """The delivery methods offered for a country and weight, the cheapest first."""
    rows = ShippingMethod.objects.live().order_by("price", "position", "pk")
    return [
        row
        for row in rows
        if (not row.countries or country in row.countries.split())
        and (row.max_weight_grams is None or weight_grams <= row.max_weight_grams)
    ]


def as_delivery(method: ShippingMethod) -> Delivery:
    return Delivery(code=method.code, name=method.name, price=method.price, free_from=method.free_from)


def as_item(variant: Variant, quantity: int) -> Item:
    """A variant (with its product loaded) as the calculation sees it."""
    product = variant.product
    return Item(
        key=variant.pk,
        product_id=product.pk,
        category_ids=category_ancestors().get(product.category_id, frozenset({product.category_id})),
        name=variant.full_name,
        unit_price=variant.price,
        quantity=quantity,
        tax_class=product.tax_class,
        weight_grams=variant.weight_grams,
        store_id=product.store_id,
    )


def as_rule(discount: Discount) -> Rule:
    """A discount row (after `eligibility.load_targets`) as the calculation sees it."""
    targets = discount.target_ids  # type: ignore[attr-defined]
    return Rule(
        id=discount.pk,
        name=discount.name,
        kind=discount.kind,
        code=getattr(discount, "generated", None) or discount.code,
        percent=discount.percent,
        cap=discount.cap,
        amount=discount.amount,
        buy_quantity=discount.buy_quantity,
        get_quantity=discount.get_quantity,
        minimum_spend=discount.minimum_spend,
        product_ids=targets["products"],
        category_ids=targets["categories"],
        store_ids=targets["stores"],
        priority=discount.priority,
        exclusive=discount.exclusive,
        stackable=discount.stackable,
    )


def quote_items(
    *,
    items: list[Item],
    method: ShippingMethod | None,
    country: str,
    discounts: Iterable[Discount] = (),
    postal_code: str = "",
    vat_number: str = "",
) -> Quote:
    """Price `items` for delivery to a place, and for the buyer with a VAT number, with the shop's rates."""
    return quote(
        items=items,
        delivery=as_delivery(method) if method and items else None,
        rules=[as_rule(discount) for discount in discounts],
        taxes=taxes_for(country, postal_code, vat_number=vat_number),
        currency=settings.SHOP_CURRENCY,
    )
