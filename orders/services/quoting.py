"""Reads what `orders.pricing` needs from the database: rates, methods and discounts."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from catalog.models import StoreSettings, Variant
from catalog.services.tree import category_ancestors
from orders.discounts import Rule
from orders.models import Cart, CartCoupon, Discount, ShippingRate, TaxRate
from orders.pricing import Delivery, Item, Quote, quote
from orders.shipping import Offer, offers
from orders.tax import Taxes


def buyer_key(email: str) -> str:
    """An email address as uses of discounts are counted by: without case and "+tag"."""
    local, _, domain = email.strip().lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""


def taxes_for(country: str, day: datetime | None = None) -> Taxes:
    """The tax rates of `country` (ISO code) valid on a day, the present one by default.

    Cached for a minute, since rates change once in years.
    """
    date = timezone.localtime(day).date()
    key = f"taxes-{country}-{date}"
    rates = cache.get(key)
    if rates is None:
        rows = TaxRate.objects.filter(country=country, valid_from__lte=date)
        valid = rows.filter(Q(valid_until=None) | Q(valid_until__gt=date)).order_by("valid_from")
        rates = dict(valid.values_list("tax_class", "rate"))
        cache.set(key, rates, 60)
    return Taxes(rates=rates, included=StoreSettings.current().prices_include_tax)


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


def tax_country(offer: Offer | None, country: str) -> str:
    """The country whose tax applies: where goods are handed over, so where they are collected."""
    return offer.pickup.country if offer and offer.pickup else country


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
    )


def with_own_uses(rows: QuerySet[Discount], *, email: str) -> QuerySet[Discount]:
    """Annotate `own_uses`: the live uses by the buyer with `email`; 0 for one not known yet."""
    own = Q(use_rows__released_at=None, use_rows__customer_key=buyer_key(email))
    counted = Count("use_rows", filter=own) if email else Value(0, output_field=IntegerField())
    return rows.annotate(own_uses=counted)


def is_usable(discount: Discount, *, now: datetime) -> bool:
    """Whether a discount (annotated with `own_uses`) is inside its dates and has uses left."""
    left = discount.max_uses is None or discount.uses < discount.max_uses
    own = discount.own_uses  # type: ignore[attr-defined]
    own_left = discount.max_uses_per_customer is None or own < discount.max_uses_per_customer
    return discount.is_live(now) and left and own_left


def discounts_of(cart: Cart, *, now: datetime) -> list[Discount]:
    """The automatic discounts of the moment and those whose code is in the cart, usable or not.

    `coupon_id` is the cart's CartCoupon of a typed code, None for an automatic one.
    """
    typed = CartCoupon.objects.filter(cart=cart, discount=OuterRef("pk")).values("pk")[:1]
    automatic = Discount.objects.live(now).filter(code_key=None)
    in_cart = Q(pk__in=CartCoupon.objects.filter(cart=cart).values("discount_id"))
    chosen = Discount.all_objects.filter(Q(pk__in=automatic.values("pk")) | in_cart)
    rows = with_own_uses(chosen, email=cart.email).annotate(coupon_id=Subquery(typed))
    return list(rows.prefetch_related("products", "categories"))


def as_rule(discount: Discount) -> Rule:
    """A discount row (its products and categories prefetched) as the calculation sees it."""
    return Rule(
        id=discount.pk,
        name=discount.name,
        kind=discount.kind,
        code=discount.code,
        percent=discount.percent,
        cap=discount.cap,
        amount=discount.amount,
        minimum_spend=discount.minimum_spend,
        product_ids=frozenset(row.pk for row in discount.products.all()),
        category_ids=frozenset(row.pk for row in discount.categories.all()),
        priority=discount.priority,
        exclusive=discount.exclusive,
    )


def quote_items(
    *, items: list[Item], method: Offer | None, country: str, discounts: Iterable[Discount] = ()
) -> Quote:
    """Price `items` for delivery to `country` with the shop's own rates.

    What is collected is taxed where it is collected.
    """
    return quote(
        items=items,
        delivery=as_delivery(method) if method and items else None,
        rules=[as_rule(discount) for discount in discounts],
        taxes=taxes_for(tax_country(method, country)),
        currency=settings.SHOP_CURRENCY,
    )
