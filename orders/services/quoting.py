"""Reads what `orders.pricing` needs from the database: rates, methods and discounts."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value

from catalog.models import Variant
from catalog.services.tree import category_ancestors
from orders.discounts import Rule
from orders.models import Cart, CartCoupon, Discount, ShippingMethod
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
