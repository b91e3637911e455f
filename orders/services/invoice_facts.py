"""What invoices say for programs: who is who, which tax rule holds, and when the goods came.

The keys are explained in docs/papers.md; a credit note copies them from the invoice it corrects.
"""

from typing import Any

from django.utils import timezone

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.money import round_money
from orders.invoice_figures import Share, delivery_share, net_discount
from orders.models import Order, OrderLine, TaxRegion
from orders.postal_patterns import matches
from orders.pricing import Quote
from orders.vat_numbers import normalise, vat_place


def party_of(address: PostalAddress, **more: str) -> dict[str, str]:
    """An address as programs read it: `name` is the company's where there is one."""
    party = {
        "name": address.company or address.name,
        "contact": address.name if address.company else "",
        "line1": address.line1,
        "line2": address.line2,
        "postal_code": address.postal_code,
        "city": address.city,
        "region": address.region,
        "country": address.country,
    }
    return {key: value for key, value in {**party, **more}.items() if value}


def buyer_of(order: Order) -> dict[str, str]:
    """Who is billed."""
    return party_of(order.invoice_address, email=order.email, vat_number=normalise(order.vat_number))


def untaxed_category(order: Order, seller_country: str) -> str:
    """Why what carries no VAT carries none, as a code of EN 16931.

    "K": goods for a business in another member state. "G": goods that leave the Union, or for a
    seller outside it the country. "Z": their rate is zero.
    """
    if order.reverse_charge:
        return "K"
    place = order.pickup_address or order.delivery_address
    home, there = vat_place(seller_country), vat_place(place.country, place.postal_code)
    outside = bool(home) and (not there or _is_outside(place))
    abroad = not home and place.country != seller_country
    return "G" if (outside or abroad) and not order.tax_total else "Z"


def _is_outside(place: PostalAddress) -> bool:
    """Whether it is a part of a member state where the Union's VAT law does not hold."""
    regions = TaxRegion.objects.filter(country=place.country, outside_eu_vat=True)
    patterns = regions.values_list("postal_codes", flat=True)
    return any(matches(codes, place.postal_code) for codes in patterns)


def supply_of(order: Order) -> dict[str, str]:
    """When the goods came: `supplied_on`, or while that is open the days from `supply_from` to
    `supply_until` in which they are expected to."""
    sent = [parcel.shipped_at for parcel in order.shipments.filter(is_deleted=False)]
    if sent and order.fulfilment_status == Order.FulfilmentStatus.FULFILLED:
        return {"supplied_on": timezone.localtime(max(sent)).date().isoformat()}
    today = timezone.localdate()
    return {
        "supply_from": today.isoformat(),
        "supply_until": max(order.promised_until or today, today).isoformat(),
    }


def line_figures(line: OrderLine, order: Order, quote: Quote | None) -> dict[str, str]:
    """A line without its tax, the net worth of its discount, and what that is called."""
    off = net_discount(
        subtotal=line.subtotal,
        discount=line.discount,
        rate=line.tax_rate,
        included=order.prices_include_tax,
        currency=order.currency,
    )
    found = quote.discounts_of_line(line.variant_id) if quote else []
    return {
        "net": str(round_money(line.total - line.tax, order.currency)),
        "tax": str(round_money(line.tax, order.currency)),
        "gross": str(round_money(line.total, order.currency)),
        "net_discount": str(round_money(off, order.currency)),
        "discount_name": ", ".join(dict.fromkeys(row.name for row in found)),
    }


def delivery_figures(order: Order, lines: list[OrderLine], quote: Quote | None) -> dict[str, Any] | None:
    """What delivery costs after its discounts, without and with tax; None when it is free.

    Empty (`{}`) when the order's figures do not tell: then there is no electronic invoice.
    """
    if quote is None:
        return {}
    table = [Share(rate=row.rate, net=row.net, tax=row.tax) for row in quote.taxes]
    shares = [Share(rate=line.tax_rate, net=line.total - line.tax, tax=line.tax) for line in lines]
    try:
        share = delivery_share(shares, table)
    except ValueError:
        return {}
    if share is None:
        return None
    return {
        "tax_rate": f"{share.rate.normalize():f}",
        "net": str(round_money(share.net, order.currency)),
        "tax": str(round_money(share.tax, order.currency)),
        "gross": str(round_money(share.gross, order.currency)),
    }
