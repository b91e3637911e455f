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
from ecommerce.lib.money import ZERO, format_money, round_money
from orders.models import Cart, CartCoupon, CartLine, Discount
from orders.pricing import Delivery, Item, LineDiscount, Quote, QuotedLine
from orders.reverse_charge import net_delivery
from orders.services import eligibility, quoting
from orders.shipping import Offer


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that changed since the shopper last looked, in words and as a stable code.

    `available` is how many of the line's thing can be had, where that is what changed.
    """

    code: str
    message: str
    line: int | None = None
    available: int | None = None
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
    discounts: list[LineDiscount] = field(default_factory=list)


@dataclass(kw_only=True)
class CartView:
    """All a cart page shows: lines, money, what changed, and the ways to deliver."""

    cart: Cart | None
    lines: list[ViewedLine]
    quote: Quote
    problems: list[Problem]
    methods: list[Offer]
    method: Offer | None
    country: str
    postal_code: str = ""
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

    def priced(self, delivery: Delivery) -> Delivery:
        """A way to deliver at the price this buyer pays: without tax under reverse charge."""
        if not self.quote.reverse_charge:
            return delivery
        taxes = quoting.taxes_for(self.country, self.postal_code, vat_number=self.quote.vat_number)
        return net_delivery(delivery, taxes, self.quote.currency)

    @property
    def country_name(self) -> str:
        return str(countries.name(self.country) or self.country)

    @property
    def destination(self) -> str:
        """Where it goes in words: "Germany (10115)", or just the country while no more is known."""
        return f"{self.country_name} ({self.postal_code})" if self.postal_code else self.country_name

    @property
    def can_collect(self) -> bool:
        return any(method.is_collect for method in self.methods)

    @property
    def has_changes(self) -> bool:
        """Whether "that is fine" would change anything: a code that takes nothing off stays."""
        return any(problem.line is not None for problem in self.problems)

    @property
    def blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)


def view_cart(cart: Cart | None, *, country: str = "", postal_code: str = "") -> CartView:
    """Price the cart as it stands and say what changed; writes nothing.

    `country` (ISO code, with its `postal_code`) overrides the delivery address; without either,
    the shop's own country.
    """
    address = cart.delivery_address if cart and not country else None
    if not country:
        country = address.country if address else str(StoreSettings.current().country)
        postal_code = address.postal_code if address else ""
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
    methods = offers_of(items, country=country, postal_code=postal_code)
    method = _chosen(methods, cart.shipping_method if cart else "")
    known = eligibility.discounts_of(cart, now=now) if cart and items else []
    discounts = [row for row in known if eligibility.is_usable(row, now=now)]
    quote = quoting.quote_items(
        items=items,
        method=method,
        country=country,
        discounts=discounts,
        postal_code=postal_code,
        vat_number=cart.vat_number if cart and address else "",
    )
    quoted = {line.key: line for line in quote.lines}
    for line in lines:
        line.quoted = quoted.get(line.variant.pk)
        line.discounts = quote.discounts_of_line(line.variant.pk)
    coupons = eligibility.coupons_among(known, cart=cart)
    problems += [
        Problem(code="coupon_not_applied", message=message)
        for message in eligibility.refusals(coupons, quote, now=now)
    ]
    return CartView(
        cart=cart,
        lines=lines,
        quote=quote,
        problems=problems,
        methods=methods,
        method=method,
        country=country,
        postal_code=postal_code,
        discounts=discounts,
        coupons=coupons,
        held_until=next((row.held_until for row in rows if row.held_until and row.held_until > now), None),
        hold_extended=any(row.hold_extended for row in rows),
    )


def hold_reference(cart: Cart) -> str:
    """The name under which stock is held for a cart."""
    return f"cart:{cart.pk}"


def hold_references(*carts: Cart) -> list[str]:
    """All names under which stock is held for carts: what their checkout keeps, and what programs
    asked to be kept beyond that (`keeping`). All of it is the shopper's own in every question."""
    return [name for cart in carts for name in (hold_reference(cart), f"{hold_reference(cart)}:kept")]


def rows_of(cart: Cart, *merged: Cart) -> list[Any]:
    """The lines with variant, product and picture, and what can be had of each, in one query.

    `ready` is there now, `free` with what may be promised beyond stock. Pieces that this cart (or
    one of those `merged` into it) holds are free to it; `held_until` says until when it does.
    """
    own = hold_references(cart, *merged)
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
                available=0,
                blocks=True,
            )
        ]
    if left == 0:
        return [
            Problem(
                code="out_of_stock",
                message=f"{name} has sold out. It is not part of the total.",
                line=row.pk,
                available=0,
                blocks=True,
            )
        ]
    found = []
    if row.quantity > left:
        message = f"Only {left} of {name} left: we lowered the quantity from {row.quantity} to {left}."
        found.append(
            Problem(code="quantity_lowered", message=message, line=row.pk, available=left, blocks=True)
        )
    if row.seen_price != row.variant.price:
        was, now = format_money(row.seen_price), format_money(row.variant.price)
        found.append(
            Problem(code="price_changed", message=f"{name} now costs {now}, it was {was}.", line=row.pk)
        )
    return found


def offers_of(items: list[Item], *, country: str, postal_code: str) -> list[Offer]:
    """The ways of delivery for `items`; none for nothing."""
    if not items:
        return []
    return quoting.offers_for(
        country=country,
        postal_code=postal_code,
        weight_grams=sum(item.weight_grams * item.quantity for item in items),
        subtotal=sum((round_money(item.unit_price * item.quantity) for item in items), ZERO),
        quantity=sum(item.quantity for item in items),
    )


def _chosen(methods: list[Offer], code: str) -> Offer | None:
    """The method the shopper chose, or the cheapest parcel while nothing (or nothing offered) is.

    Whoever collects has said so: where no parcel goes, nothing is chosen.
    """
    parcels = [method for method in methods if not method.is_collect]
    return next((method for method in methods if method.code == code), parcels[0] if parcels else None)


def is_sold(product: Product) -> bool:
    return product.is_live() and product.status == Product.Status.PUBLISHED
