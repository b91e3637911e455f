"""Which discounts a cart may use: those of the moment and of its codes, and why one may not."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from ecommerce.lib.money import format_money
from orders.models import Cart, CartCoupon, Discount, DiscountCode, Order
from orders.pricing import Quote
from orders.services.quoting import buyer_key

_TARGETS = {"products": "product_id", "categories": "category_id", "stores": "store_id"}


def earlier_orders(*, email: str, customer_id: Any = None) -> list[QuerySet[Order]]:
    """The orders of a buyer that were not cancelled: by account, and by email address.

    Addresses count as the same without case and "+tag", as in `buyer_key`. Two queries, each
    with an index of its own: an order's row is large, so a scan of the table would be slow.
    """
    found = []
    kept = Order.objects.exclude(status=Order.Status.CANCELLED).order_by()
    if customer_id is not None:
        found.append(kept.filter(customer_id=customer_id))
    if key := buyer_key(email):
        local, _, domain = key.partition("@")
        # From "nora+" up to the sign after "+": what begins so, found by the index of every database.
        tagged = Q(email_key__gte=f"{local}+", email_key__lt=f"{local},", email_key__endswith=f"@{domain}")
        same = Q(email_key=key) | tagged
        found.append(kept.filter(pk__in=Order.all_objects.filter(same).order_by().values("pk")))
    return found


def with_buyer(rows: QuerySet[Discount], *, email: str, customer_id: Any = None) -> QuerySet[Discount]:
    """Annotate what depends on who buys; a buyer who is not known yet has done nothing so far.

    `own_uses`: the buyer's live uses, by address or account; `for_buyer`: not limited to other customers;
    `ordered_before`: looked up for first-order discounts alone.
    """
    mine = Q()
    if key := buyer_key(email):
        mine |= Q(use_rows__customer_key=key)
    if customer_id is not None:
        mine |= Q(use_rows__order__customer_id=customer_id)
    named = Discount.customers.through.objects.filter(discount=OuterRef("pk"))
    theirs: Any = ~Exists(named)
    if customer_id is not None:
        theirs |= Exists(named.filter(user=customer_id))
    before: Any = Value(False)
    own_uses: Any = Value(0, output_field=IntegerField())
    if mine:
        before = reduce(or_, map(Exists, earlier_orders(email=email, customer_id=customer_id)))
        own_uses = Count("use_rows", filter=mine & Q(use_rows__released_at=None))
    return rows.annotate(
        own_uses=own_uses,
        for_buyer=ExpressionWrapper(theirs, output_field=BooleanField()),
        ordered_before=Case(
            When(first_order_only=True, then=before), default=Value(False), output_field=BooleanField()
        ),
    )


def load_targets(discounts: Iterable[Discount]) -> None:
    """Set `target_ids` on the discounts, which `as_rule` reads: name -> ids, in one query."""
    rows = list(discounts)
    parts = [
        getattr(Discount, name)
        .through.objects.filter(discount__in=rows)
        .values_list("discount_id", Value(name), F(column))
        for name, column in _TARGETS.items()
    ]
    found: dict[tuple[int, str], set[int]] = {}
    if rows:
        for discount_id, name, target in parts[0].union(*parts[1:], all=True):
            found.setdefault((discount_id, name), set()).add(target)
    for row in rows:
        row.target_ids = {name: frozenset(found.get((row.pk, name), ())) for name in _TARGETS}  # type: ignore[attr-defined]


def discounts_of(cart: Cart, *, now: datetime) -> list[Discount]:
    """The automatic discounts of the moment and those whose code is in the cart, usable or not.

    In two queries. `coupon_id` is the cart's CartCoupon of a typed code, None for an automatic
    one; `generated`, `generated_uses` and `by_staff` are of that coupon.
    """
    typed = CartCoupon.objects.filter(cart=cart, discount=OuterRef("pk"))
    automatic = Discount.objects.live(now).filter(code_key=None, codes_only=False)
    in_cart = Q(pk__in=CartCoupon.objects.filter(cart=cart).values("discount_id"))
    chosen = Discount.all_objects.filter(Q(pk__in=automatic.values("pk")) | in_cart)
    rows = with_buyer(chosen, email=cart.email, customer_id=cart.customer_id).annotate(
        coupon_id=Subquery(typed.values("pk")[:1]),
        generated_id=Subquery(typed.values("code_id")[:1]),
        generated=Subquery(typed.values("code__code")[:1]),
        generated_uses=Subquery(typed.values("code__uses")[:1]),
        by_staff=Subquery(typed.values("by_staff")[:1]),
    )
    found: list[Discount] = list(rows)
    load_targets(found)
    return found


def coupons_among(discounts: Iterable[Any], *, cart: Cart | None) -> list[CartCoupon]:
    """The cart's coupons, rebuilt from what `discounts_of` has read."""
    return [
        CartCoupon(
            pk=row.coupon_id,
            cart=cart,
            discount=row,
            code=DiscountCode(pk=row.generated_id, code=row.generated) if row.generated_id else None,
            by_staff=row.by_staff,
        )
        for row in discounts
        if row.coupon_id
    ]


def refusals(coupons: Iterable[CartCoupon], quote: Quote, *, now: datetime) -> list[str]:
    """For each typed code that takes nothing off, the reason in words."""
    applied = {found.id for found in quote.discounts}
    return [why_not(coupon, quote, now=now) for coupon in coupons if coupon.discount.pk not in applied]


def refusal(discount: Any, *, now: datetime) -> str:
    """Why an annotated discount cannot be used, or "".

    "closed" (over, not open yet, suspended, deleted, used up, or for others), "own_uses" and
    "first_order".
    """
    used_up = discount.max_uses is not None and discount.uses >= discount.max_uses
    if not discount.is_live(now) or used_up or getattr(discount, "generated_uses", None):
        return "closed"
    if not discount.for_buyer or (discount.staff_only and not getattr(discount, "by_staff", None)):
        return "closed"
    if discount.max_uses_per_customer is not None and discount.own_uses >= discount.max_uses_per_customer:
        return "own_uses"
    return "first_order" if discount.ordered_before else ""


def is_usable(discount: Discount, *, now: datetime) -> bool:
    """Whether an annotated discount may be applied to the buyer's goods."""
    return not refusal(discount, now=now)


def why_not(coupon: CartCoupon, quote: Quote, *, now: datetime) -> str:
    """In words, why a typed code takes nothing off. Its discount is annotated."""
    discount = coupon.discount
    match refusal(discount, now=now):
        case "closed" if not discount.for_buyer and discount.is_live(now):  # type: ignore[attr-defined]
            return f"The code {coupon.typed} is not for this account."
        case "closed":
            return f"The code {coupon.typed} is no longer running."
        case "own_uses":
            return f"You have used the code {coupon.typed} already, as often as it allows."
        case "first_order":
            return f"The code {coupon.typed} is for a first order, and you have ordered before."
    if quote.subtotal < discount.minimum_spend:
        return f"The code {coupon.typed} needs goods for at least {format_money(discount.minimum_spend)}."
    if discount.kind == Discount.Kind.BUY_X_GET_Y:
        pieces = discount.buy_quantity + discount.get_quantity
        return f"The code {coupon.typed} needs {pieces} pieces of what it is for."
    if any(found.id != discount.pk for found in quote.discounts):
        return f"The code {coupon.typed} takes nothing more off: other discounts apply already."
    return f"The code {coupon.typed} takes nothing off what is in your basket."
