"""An order priced again, for another place or with other lines.

What was agreed to stays: prices of lines that are there already, tax rates, and what delivery
cost. Only where the place makes a difference today is anything taken from today's lists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils import timezone

from catalog.models import StoreSettings, Variant
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO
from orders.models import Discount, DiscountUse, Order, OrderLine
from orders.pricing import Delivery, Item, Quote, Step, quote
from orders.reverse_charge import net_delivery
from orders.services import quoting
from orders.services.cart_view import offers_of
from orders.services.eligibility import load_targets
from orders.shipping import Offer, promise
from orders.tax import Taxes


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line as it should be: `unit_price` and `tax_rate` None take today's."""

    variant: Variant
    quantity: int
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None


def wanted_lines(lines: Iterable[OrderLine], quantities: Mapping[int, int] | None = None) -> list[Wanted]:
    """The order's lines at the prices they were bought at; `quantities` by line id, 0 leaves out."""
    found = []
    for line in lines:
        quantity = (quantities or {}).get(line.pk, line.quantity)
        if quantity:
            found.append(
                Wanted(
                    variant=line.variant,
                    quantity=quantity,
                    unit_price=line.unit_price,
                    tax_rate=line.tax_rate,
                )
            )
    return found


def requote(
    *,
    order: Order,
    lines: Iterable[Wanted],
    address: PostalAddress | None = None,
    new_delivery: bool = False,
    why: str = "",
) -> Quote:
    """What the order costs with `lines`, delivered to `address` (its own by default).

    Discounts of the order apply again by their rules; their dates and uses were settled when it
    was placed. Delivery costs what it did, unless `new_delivery` asks for today's price or the
    price differs between the two places. Raises DomainError: `delivery_unavailable` when the
    order's way of delivery is not offered there, `reverse_charge` when the place decides whether
    a business pays VAT at all.
    """
    wanted, own = list(lines), order.delivery_address
    address = address or own
    old, taxes = _taxes(order, own), _taxes(order, address)
    keeps_rates = old == taxes
    items = [_item(line, keeps_rates, order, taxes) for line in wanted]
    if keeps_rates:
        kept = {_class_of(line.tax_rate): line.tax_rate for line in wanted if line.tax_rate is not None}
        taxes = replace(taxes, rates={**taxes.rates, **kept})
    result = quote(
        items=items,
        delivery=_delivery(order, own, address, items, new_delivery),
        rules=[quoting.as_rule(row) for row in discounts_of(order)],
        taxes=taxes,
        currency=order.currency,
    )
    return replace(result, trace=[*result.trace, Step(text=why, amount=ZERO)]) if why else result


def discounts_of(order: Order) -> list[Discount]:
    """The discounts that applied when the order was placed, also those that fell away since."""
    uses = DiscountUse.objects.filter(order=order, released_at=None).select_related("discount", "code")
    found = []
    for use in uses.order_by("discount_id"):
        use.discount.generated = use.code.code if use.code else ""  # type: ignore[attr-defined]
        found.append(use.discount)
    load_targets(found)
    return found


def promised_for(order: Order, address: PostalAddress) -> tuple[object, object]:
    """The first and the last day on which the order arrives at `address`; its own when unknown."""
    lines = wanted_lines(order.lines.select_related("variant__product"))
    taxes = _taxes(order, address)
    method = _offer(order, address, [_item(line, True, order, taxes) for line in lines])
    if method is None:
        return order.promised_from, order.promised_until
    arrives = promise(
        method=method,
        placed_at=order.placed_at,
        settings=StoreSettings.current(),
        country=address.country,
        extra_days=(order.promise_terms or {}).get("extra_days", 0),
    )
    return arrives.earliest, arrives.latest


def _taxes(order: Order, address: PostalAddress) -> Taxes:
    """The rates of the place on the day of the order, included in prices as they were then.

    What is collected is taxed where it is collected. Prices of an order under reverse charge are
    without tax already, so the calculation takes none out of them.
    """
    place = order.pickup_address or address
    taxes = quoting.taxes_for(place.country, place.postal_code, order.placed_at, vat_number=order.vat_number)
    if taxes.reverse_charge != order.reverse_charge:
        raise DomainError(
            "A company's VAT is another matter there. Please write to us, or cancel and order anew.",
            code="reverse_charge",
        )
    return replace(taxes, included=order.prices_include_tax)


def _item(line: Wanted, keeps_rates: bool, order: Order, taxes: Taxes) -> Item:
    item = quoting.as_item(line.variant, line.quantity)
    if line.unit_price is not None:
        item = replace(item, unit_price=line.unit_price)
    elif order.reverse_charge:
        price = _shop_prices(taxes).price(item.unit_price, item.tax_class, order.currency)
        item = replace(item, unit_price=price)
    if keeps_rates and line.tax_rate is not None:
        item = replace(item, tax_class=_class_of(line.tax_rate))
    return item


def _shop_prices(taxes: Taxes) -> Taxes:
    """The same taxes for prices as they stand in the shop today."""
    return replace(taxes, included=StoreSettings.current().prices_include_tax)


def _class_of(rate: Decimal | None) -> str:
    """A tax class of its own for the rate a line was sold at, whatever its product's is today."""
    return f"sold at {rate}"


def _delivery(
    order: Order, own: PostalAddress, address: PostalAddress, items: list[Item], new_delivery: bool
) -> Delivery:
    then = Delivery(code=order.shipping_method, name=order.shipping_name, price=order.shipping_total)
    moved = (own.country, own.postal_code) != (address.country, address.postal_code)
    if not new_delivery and (not moved or order.is_collect):
        return then
    there = _offer(order, address, items)
    if there is None:
        raise DomainError(
            f"{order.shipping_name} is not offered to {address.postal_code} {address.city}, "
            f"{address.country_name}.",
            code="delivery_unavailable",
        )
    here = _offer(order, own, items)
    same_price = here is not None and (here.price, here.free_from) == (there.price, there.free_from)
    if same_price and not new_delivery:
        return then
    anew = quoting.as_delivery(there)
    return net_delivery(anew, _shop_prices(_taxes(order, address)), order.currency)


def _offer(order: Order, address: PostalAddress, items: list[Item]) -> Offer | None:
    """The order's way of delivery as it is offered today for a place and goods."""
    offered = offers_of(items, country=address.country, postal_code=address.postal_code)
    return next((method for method in offered if method.code == order.shipping_method), None)


def edit_note(reason: str, who: str) -> str:
    """The step of the calculation that names a change."""
    day = timezone.localdate()
    return f"Changed on {day:%-d %b %Y} by {who}: {reason}"[:200]
