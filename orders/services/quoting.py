"""Reads what `orders.pricing` needs from the database: rates, methods and discounts."""

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from catalog.models import Variant
from catalog.services.tree import category_ancestors
from orders.discounts import Rule
from orders.models import Discount, ShippingRate
from orders.pricing import Delivery, Item, Quote, quote
from orders.services.taxing import taxes_for
from orders.shipping import Offer, offers


def buyer_key(email: str) -> str:
    """An email address as uses of discounts are counted by: without case and "+tag"."""
    local, _, domain = email.strip().lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""


def live_rates() -> list[ShippingRate]:
    """The rates of methods and zones that shoppers may see, with both loaded; one query."""
    now = timezone.now()
    rows = ShippingRate.objects.filter(method__is_deleted=False, method__is_suspended=False)
    rows = rows.select_related("method", "zone").order_by("method__position", "method", "position", "pk")
    return [row for row in rows if row.method.is_live(now) and (row.zone is None or row.zone.is_live(now))]


def offers_for(
    *, country: str, postal_code: str = "", weight_grams: int, subtotal: Decimal, quantity: int
) -> list[Offer]:
    """The ways of delivery offered for goods that go to a place: parcels first, the cheapest first.

    `subtotal` is the worth of the goods before discounts. Nothing is offered for a country the
    shop does not deliver to (`SHOP_COUNTRIES`). One query. See `orders.shipping.offers`.
    """
    if country not in settings.SHOP_COUNTRIES:
        return []
    return offers(
        (row.as_rate() for row in live_rates()),
        country=country,
        postal_code=postal_code,
        weight_grams=weight_grams,
        subtotal=subtotal,
        quantity=quantity,
    )


def as_delivery(offer: Offer) -> Delivery:
    return Delivery(code=offer.code, name=offer.name, price=offer.price, free_from=offer.free_from)


def tax_place(offer: Offer | None, country: str, postal_code: str) -> tuple[str, str]:
    """Country and postal code whose tax applies: where goods are handed over, so where they are collected."""
    if offer and offer.pickup:
        return offer.pickup.country, offer.pickup.postal_code
    return country, postal_code


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
    method: Offer | None,
    country: str,
    discounts: Iterable[Discount] = (),
    postal_code: str = "",
    vat_number: str = "",
) -> Quote:
    """Price `items` for delivery to a place, and for the buyer with a VAT number, with the shop's rates.

    What is collected is taxed where it is collected.
    """
    return quote(
        items=items,
        delivery=as_delivery(method) if method and items else None,
        rules=[as_rule(discount) for discount in discounts],
        taxes=taxes_for(*tax_place(method, country, postal_code), vat_number=vat_number),
        currency=settings.SHOP_CURRENCY,
    )
