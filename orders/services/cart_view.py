"""What a cart shows: its lines priced as they stand, and what changed since the last look."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, Subquery
from django.utils import timezone
from django_countries import countries

from catalog.models import Hold, Product, StoreSettings, Variant
from catalog.services.stock_levels import level_fields
from ecommerce.lib.money import ZERO, format_money
from orders.models import Cart, CartCoupon, CartLine, Discount, ShippingMethod
from orders.pricing import Quote, QuotedLine
from orders.services import quoting


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that changed since the shopper last looked, in words and as a stable code."""

    code: str
    message: str
    line: int | None = None
    blocks: bool = False


@dataclass(kw_only=True)
class ViewedLine:
    """A cart line with what can really be had of it. `quantity` is already lowered to stock."""

    pk: int
    variant: Variant
    quantity: int
    wanted: int
    available: int
    backordered: int = 0
    quoted: QuotedLine | None = None


@dataclass(kw_only=True)
class CartView:
    """All a cart page shows: lines, money, what changed, and the ways to deliver."""

    cart: Cart | None
    lines: list[ViewedLine]
    quote: Quote
    problems: list[Problem]
    methods: list[ShippingMethod]
    method: ShippingMethod | None
    country: str
    discounts: list[Discount] = field(default_factory=list)
    coupons: list[CartCoupon] = field(default_factory=list)
    held_until: datetime | None = None
    hold_extended: bool = False

    @property
    def held_seconds(self) -> int:
        """How long the goods are still kept, so that the page need not trust the visitor's clock."""
        return int((self.held_until - timezone.now()).total_seconds()) if self.held_until else 0

    @property
    def extra_days(self) -> int:
        """Working days until the last thing on backorder has come; 0 when all of them are there."""
        return max((row.variant.backorder_days for row in self.lines if row.backordered), default=0)

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_empty(self) -> bool:
        return not any(line.quantity for line in self.lines)

    @property
    def goods(self) -> Decimal:
        """The worth of the goods after discounts, on which free delivery depends."""
        return self.quote.subtotal - sum((line.discount for line in self.quote.lines), ZERO)

    @property
    def country_name(self) -> str:
        return str(countries.name(self.country) or self.country)

    @property
    def has_changes(self) -> bool:
        """Whether "that is fine" would change anything: a code that takes nothing off stays."""
        return any(problem.line is not None for problem in self.problems)

    @property
    def blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)


def view_cart(cart: Cart | None, *, country: str = "") -> CartView:
    """Price the cart as it stands and say what changed; writes nothing.

    `country` (ISO code) overrides the delivery address; without either, the shop's own.
    """
    address = cart.delivery_address if cart else None
    country = country or (address.country if address else str(StoreSettings.current().country))
    rows = rows_of(cart) if cart else []
    now = timezone.now()
    lines, problems, items = [], [], []
    for row in rows:
        left = max(row.free, 0) if is_buyable(row) else 0
        quantity = min(row.quantity, left)
        problems += _problems(row, left)
        lines.append(
            ViewedLine(
                pk=row.pk,
                variant=row.variant,
                quantity=quantity,
                wanted=row.quantity,
                available=left,
                backordered=max(quantity - row.ready, 0),
            )
        )
        if quantity:
            items.append(quoting.as_item(row.variant, quantity))
    weight = sum(item.weight_grams * item.quantity for item in items)
    methods = quoting.methods_for(country=country, weight_grams=weight) if items else []
    method = _chosen(methods, cart.shipping_method if cart else "")
    known = quoting.discounts_of(cart, now=now) if cart and items else []
    discounts = [row for row in known if quoting.is_usable(row, now=now)]
    quote = quoting.quote_items(items=items, method=method, country=country, discounts=discounts)
    quoted = {line.key: line for line in quote.lines}
    for line in lines:
        line.quoted = quoted.get(line.variant.pk)
    typed = [row for row in known if row.coupon_id]  # type: ignore[attr-defined]
    coupons = [CartCoupon(pk=row.coupon_id, cart=cart, discount=row) for row in typed]  # type: ignore[attr-defined]
    problems += _coupon_problems(coupons, quote)
    return CartView(
        cart=cart,
        lines=lines,
        quote=quote,
        problems=problems,
        methods=methods,
        method=method,
        country=country,
        discounts=discounts,
        coupons=coupons,
        held_until=next((row.held_until for row in rows if row.held_until and row.held_until > now), None),
        hold_extended=any(row.hold_extended for row in rows),
    )


def hold_reference(cart: Cart) -> str:
    """The name under which stock is held for a cart."""
    return f"cart:{cart.pk}"


def rows_of(cart: Cart, *merged: Cart) -> list[Any]:
    """The lines with variant, product and picture, and what can be had of each, in one query.

    `ready` is there now, `free` with what may be promised beyond stock. Pieces that this cart (or
    one of those `merged` into it) holds are free to it; `held_until` says until when it does.
    """
    own = [hold_reference(one) for one in (cart, *merged)]
    mine = Hold.objects.filter(reference=own[0], state=Hold.State.ACTIVE).order_by("expires_at")
    rows = cart.lines.select_related("variant__product__category", "variant__image").annotate(
        **level_fields("variant__", own=own),
        held_until=Subquery(mine.values("expires_at")[:1]),
        hold_extended=Exists(mine.filter(extended=True)),
    )
    return list(rows.annotate(free=F("ready") + F("later")).order_by("pk"))


def is_buyable(row: CartLine) -> bool:
    return row.variant.is_live() and is_sold(row.variant.product)


def _problems(row: Any, left: int) -> list[Problem]:
    name = row.variant.full_name
    if not is_buyable(row):
        return [
            Problem(
                code="unavailable",
                message=f"We no longer sell {name}. It is not part of the total.",
                line=row.pk,
                blocks=True,
            )
        ]
    if left == 0:
        return [
            Problem(
                code="out_of_stock",
                message=f"{name} has sold out. It is not part of the total.",
                line=row.pk,
                blocks=True,
            )
        ]
    found = []
    if row.quantity > left:
        message = f"Only {left} of {name} left: we lowered the quantity from {row.quantity} to {left}."
        found.append(Problem(code="quantity_lowered", message=message, line=row.pk, blocks=True))
    if row.seen_price != row.variant.price:
        was, now = format_money(row.seen_price), format_money(row.variant.price)
        found.append(
            Problem(code="price_changed", message=f"{name} now costs {now}, it was {was}.", line=row.pk)
        )
    return found


def _coupon_problems(coupons: list[CartCoupon], quote: Quote) -> list[Problem]:
    """Typed codes that take nothing off, each with the reason."""
    applied = {found.id for found in quote.discounts}
    found = []
    for coupon in coupons:
        discount = coupon.discount
        if discount.pk in applied:
            continue
        message = _why_not(discount, quote)
        found.append(Problem(code="coupon_not_applied", message=message))
    return found


def _why_not(discount: Discount, quote: Quote) -> str:
    """In words, why a typed code takes nothing off. `discount` is annotated with `own_uses`."""
    own_limit = discount.max_uses_per_customer
    if not discount.is_live() or (discount.max_uses is not None and discount.uses >= discount.max_uses):
        return f"The code {discount.code} is no longer running."
    if own_limit is not None and discount.own_uses >= own_limit:  # type: ignore[attr-defined]
        return f"You have used the code {discount.code} already, as often as it allows."
    if quote.subtotal < discount.minimum_spend:
        return f"The code {discount.code} needs goods for at least {format_money(discount.minimum_spend)}."
    return f"The code {discount.code} takes nothing off what is in your basket."


def _chosen(methods: list[ShippingMethod], code: str) -> ShippingMethod | None:
    """The method the shopper chose, or the cheapest while nothing (or nothing offered) is."""
    return next((method for method in methods if method.code == code), methods[0] if methods else None)


def is_sold(product: Product) -> bool:
    return product.is_live() and product.status == Product.Status.PUBLISHED
