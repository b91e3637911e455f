"""What goes back for a return, in money. Reads only; `payments.services.returns` sends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from ecommerce.lib.money import ZERO, round_money
from orders.models import Order, OrderLine, Return, ReturnLine
from orders.refunding import line_share
from orders.services.quoting import offers_for


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Money for pieces of an order: `lines` by order line id, and the delivery cost.

    `covers_order`: with these pieces everything that was bought has come back.
    """

    lines: dict[int, Decimal]
    shipping: Decimal
    covers_order: bool

    @property
    def goods(self) -> Decimal:
        return sum(self.lines.values(), ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods + self.shipping


def refund_estimate(
    *, order: Order, lines: Mapping[int, int], refund_shipping: bool | None = None
) -> Estimate:
    """What goes back for `lines` (order line id -> pieces), in the order's currency.

    Pieces are worth what the shopper paid for them, discount and tax included. The delivery
    cost goes back when all that was bought has come back, unless `refund_shipping` says
    otherwise, and once for an order (Directive 2011/83/EU, article 13 (1) and (2)).
    """
    bought = list(order.lines.all())
    gone = refunded_pieces(order)
    shares = {
        line.pk: line_share(
            total=line.total,
            quantity=line.quantity,
            before=gone.get(line.pk, 0),
            pieces=min(lines[line.pk], line.quantity - gone.get(line.pk, 0)),
            currency=order.currency,
        )
        for line in bought
        if lines.get(line.pk)
    }
    covers = all(gone.get(line.pk, 0) + lines.get(line.pk, 0) >= line.quantity for line in bought)
    wanted = covers if refund_shipping is None else refund_shipping
    shipping = standard_delivery(order, bought) if wanted and not delivery_is_gone(order) else ZERO
    return Estimate(lines=shares, shipping=shipping, covers_order=covers)


def delivery_is_gone(order: Order) -> bool:
    """Whether the delivery cost went back already, with a return or without."""
    return bool(order.shipping_refunded) or Return.objects.filter(shipping_for=order.pk).exists()


def refunded_pieces(order: Order) -> dict[int, int]:
    """How many pieces of each line (by id) have been decided to be refunded, by returns or without."""
    found = _returned_pieces(order)
    for line in order.lines.filter(quantity_refunded__gt=0):
        found[line.pk] = found.get(line.pk, 0) + line.quantity_refunded
    return found


def _returned_pieces(order: Order) -> dict[int, int]:
    rows = ReturnLine.objects.filter(
        return_made__order=order,
        return_made__refund_decided_at__isnull=False,
        return_made__status__in=(Return.Status.RECEIVED, Return.Status.REFUNDED),
    )
    sums = rows.order_by().values("line_id").annotate(pieces=Sum("received_quantity"))
    return {row["line_id"]: row["pieces"] for row in sums}


def standard_delivery(order: Order, lines: list[OrderLine]) -> Decimal:
    """What delivery cost the shopper, tax and discounts included, without the extra for a dearer way.

    Somebody who chose express gets what standard delivery would have cost back (article 13 (2)).
    """
    paid = order.total - sum((line.total for line in lines), ZERO)
    if paid <= 0 or not order.shipping_total:
        return ZERO
    cheapest = _cheapest_price(order, lines)
    if cheapest is None or cheapest >= order.shipping_total:
        return paid
    return round_money(paid * cheapest / order.shipping_total, order.currency)


def _cheapest_price(order: Order, lines: list[OrderLine]) -> Decimal | None:
    """What the least expensive way to this address costs for these goods, None when there is none."""
    goods = sum((line.subtotal - line.discount for line in lines), ZERO)
    offered = offers_for(
        country=order.delivery_address.country,
        postal_code=order.delivery_address.postal_code,
        weight_grams=sum(line.weight_grams * line.quantity for line in lines),
        subtotal=sum((line.subtotal for line in lines), ZERO),
        quantity=sum(line.quantity for line in lines),
    )
    prices = [
        ZERO if offer.free_from is not None and goods >= offer.free_from else offer.price
        for offer in offered
        if not offer.is_collect
    ]
    return min(prices, default=None)
