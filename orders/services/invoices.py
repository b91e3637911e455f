"""Invoices: numbered without gaps, a snapshot of the order, never changed."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_countries import countries

from catalog.models import Store, StoreSettings
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.money import round_money
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Invoice, InvoiceCounter, Order
from orders.services.invoice_facts import (
    buyer_of,
    delivery_figures,
    line_figures,
    party_of,
    supply_of,
    untaxed_category,
)
from orders.services.numbering import next_number

_DAYS_TO_PAY = 14


@retrying_atomic
def issue_invoice(*, order: Order) -> Invoice:
    """Return the invoice of the order as it is now, issuing it when there is none yet.

    An order that was changed after its invoice gets another one, with a number of its own, that
    says which one it corrects (VAT Directive 2006/112/EC, article 219; section 31 (5) UStDV): an
    invoice itself is never edited.

    Its number is taken in the transaction that writes it (`orders.services.numbering`).
    """
    before = order.invoice
    if before is not None and before.revision >= order.revision:
        return before
    now, shop = timezone.now(), StoreSettings.current()
    number = next_number(store=shop.seller, kind=InvoiceCounter.Kind.INVOICE, now=now)
    due_on = timezone.localtime(now).date() + timedelta(days=0 if order.is_paid else _DAYS_TO_PAY)
    invoice = Invoice.objects.create(
        order=order,
        revision=order.revision,
        corrects=before,
        store=shop.seller,
        series=number.series,
        sequence=number.sequence,
        number=str(number),
        issued_at=now,
        due_on=due_on,
        amount=order.total,
        currency=order.currency,
        snapshot={
            "number": str(number),
            "issued_on": timezone.localtime(now).date().isoformat(),
            "due_on": due_on.isoformat(),
            **_corrected(before),
            **invoice_snapshot(order, shop=shop),
        },
    )
    after_commit(task_named("documents.store_invoice"), invoice.pk)
    return invoice


def reissue_invoice(*, order: Order) -> Invoice | None:
    """After a change: correct the order's invoice. None when no invoice was issued yet."""
    return issue_invoice(order=order) if order.invoice is not None else None


def _corrected(before: Invoice | None) -> dict[str, str]:
    """What the paper says of the invoice it corrects; nothing on a first one."""
    if before is None:
        return {}
    issued = timezone.localtime(before.issued_at).date()
    return {"corrects": before.number, "corrects_issued_on": issued.isoformat()}


def invoice_snapshot(order: Order, *, shop: StoreSettings) -> dict[str, Any]:
    """Everything but number and dates that the paper says; amounts are strings like "64.00"."""

    def money(amount: Any) -> str:
        return str(round_money(amount, order.currency))

    quote, quoted = order.quote, order.quoted if order.quote else None
    lines, seller = list(order.lines.all()), seller_of(shop)
    return {
        "currency": order.currency,
        "seller": seller,
        "buyer": buyer_of(order),
        "ship_to": party_of(order.pickup_address or order.delivery_address),
        "order_number": order.number,
        "placed_on": timezone.localtime(order.placed_at).date().isoformat(),
        "customer": {
            "name": order.invoice_address.name,
            "email": order.email,
            "vat_number": order.vat_number,
        },
        "billing_lines": order.invoice_address.lines,
        "delivery_lines": order.delivery_address.lines,
        "lines": [
            {
                "name": line.full_name,
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": money(line.unit_price),
                "discount": money(line.discount),
                "tax_rate": f"{line.tax_rate.normalize():f}",
                "total": money(line.subtotal - line.discount),
                **line_figures(line, order, quoted),
            }
            for line in lines
        ],
        "subtotal": money(order.subtotal),
        "shipping_name": order.shipping_name,
        "shipping_total": money(order.shipping_total),
        "delivery": delivery_figures(order, lines, quoted),
        "discounts": [
            {"name": row["name"], "amount": str(_amount(row, order.currency))}
            for row in quote.get("discounts", [])
        ],
        "discount_total": money(order.discount_total),
        "taxes": quote.get("taxes", []),
        "tax_total": money(order.tax_total),
        "total": money(order.total),
        "prices_include_tax": order.prices_include_tax,
        "reverse_charge": order.reverse_charge,
        "untaxed_category": untaxed_category(order, seller["country"]),
        **supply_of(order),
        "payment_code": order.payment_method,
        "payment_method": order.payment_label,
        "due": money(order.amount_due),
        "payment_status_text": order.get_payment_status_display(),
    }


def _amount(row: dict[str, Any], currency: str) -> Decimal:
    return round_money(Decimal(row["goods"]) + Decimal(row["shipping"]), currency)


def seller_of(shop: StoreSettings) -> dict[str, Any]:
    """Who sells, as invoices and labels show it."""
    store = shop.seller or Store(name=shop.name, country=shop.country)
    place, country = f"{store.postal_code} {store.city}".strip(), str(store.country)
    lines = [store.line1, place, str(countries.name(country) or "")]
    return {
        "name": store.name,
        "address_lines": [line for line in lines if line],
        "line1": store.line1,
        "postal_code": store.postal_code,
        "city": store.city,
        "country": country,
        "email": store.email or shop.contact_email,
        "phone": store.phone or shop.contact_phone,
        "vat_number": store.vat_number,
        "iban": shop.bank_iban,
        "bic": shop.bank_bic,
        "account_holder": shop.bank_account_holder,
        "website": settings.SITE_URL,
    }
