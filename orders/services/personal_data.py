"""Orders and baskets: handed out, and emptied of who it was.

What tax law wants stays in the snapshots of invoices and credit notes until its time is over
(`orders.services.retention`); an order without an invoice keeps nothing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from ecommerce.lib.personal_data import ERASED, Person, erased_address, erased_email
from orders.models import (
    Cart,
    Discount,
    DiscountUse,
    Notification,
    Order,
    OrderEvent,
    Return,
    ReturnLine,
    Shipment,
    Withdrawal,
)
from orders.models.cart import new_token

COVERS = frozenset(
    {
        "orders.Cart", "orders.Discount", "orders.Discount_customers", "orders.DiscountUse",
        "orders.DraftOrder", "orders.Notification", "orders.Order", "orders.OrderEvent", "orders.Return",
        "orders.Withdrawal",
    }
)  # fmt: skip
_AT_ONCE = 200
_ORDER = (
    "number", "email", "name", "status", "payment_status", "payment_method", "currency", "subtotal",
    "shipping_total", "discount_total", "tax_total", "total", "vat_number", "shipping_name",
    "shipping_address", "billing_address", "note", "placed_at", "paid_at", "shipped_at", "delivered_at",
    "cancelled_at",
)  # fmt: skip
_LINE = ("name", "variant_name", "sku", "quantity", "unit_price", "discount", "tax_rate", "tax", "total")
_CLOSED = (Order.Status.DELIVERED, Order.Status.CANCELLED, Order.Status.REFUNDED)


def collect(person: Person) -> dict[str, Any]:
    """File name -> rows."""
    return {"orders": _orders(person), "baskets": _baskets(person)}


def _orders(person: Person) -> Iterator[dict[str, Any]]:
    related = (
        "lines",
        "events",
        "shipments",
        "returns__lines__line",
        "invoices",
        "credit_notes",
        "withdrawals",
    )
    rows = owned(person).order_by("pk").prefetch_related(*related)
    for order in rows.iterator(chunk_size=_AT_ONCE):
        yield {
            **{name: getattr(order, name) for name in _ORDER},
            "lines": [{name: getattr(line, name) for name in _LINE} for line in order.lines.all()],
            "history": [
                {"at": event.created_at, "what": event.message}
                for event in order.events.all()
                if event.is_public
            ],
            "parcels": [
                {"carrier": parcel.carrier, "number": parcel.tracking_number, "shipped_at": parcel.shipped_at}
                for parcel in order.shipments.all()
            ],
            "returns": [_return(return_) for return_ in order.returns.all()],
            "withdrawals": [
                {"name": row.name, "email": row.email, "statement": row.statement, "at": row.received_at}
                for row in order.withdrawals.all()
            ],
            "invoices": [
                {"number": paper.number, "issued_at": paper.issued_at, "amount": paper.amount}
                for papers in (order.invoices.all(), order.credit_notes.all())
                for paper in papers
            ],
        }


def _return(return_: Return) -> dict[str, Any]:
    return {
        "number": return_.number,
        "status": return_.status,
        "email": return_.email,
        "note": return_.note,
        "answer": return_.staff_answer,
        "requested_at": return_.requested_at,
        "refund_amount": return_.refund_amount,
        "lines": [
            {"sku": line.line.sku, "quantity": line.quantity, "reason": line.reason, "note": line.note}
            for line in return_.lines.all()
        ],
    }


def _baskets(person: Person) -> Iterator[dict[str, Any]]:
    rows = Cart.objects.filter(person.owns()).exclude(status=Cart.Status.ORDERED).order_by("pk")
    for cart in rows.prefetch_related("lines__variant").iterator(chunk_size=_AT_ONCE):
        yield {
            "status": cart.status,
            "email": cart.email,
            "shipping_address": cart.shipping_address,
            "billing_address": cart.billing_address,
            "note": cart.note,
            "modified_at": cart.modified_at,
            "lines": [{"sku": line.variant.sku, "quantity": line.quantity} for line in cart.lines.all()],
        }


def owned(person: Person) -> QuerySet[Order]:
    """The person's orders; those of a guest that have a proven address of theirs, too."""
    found: QuerySet[Order] = Order.all_objects.filter(person.owns())
    return found


def open_matters(person: Person) -> list[str]:
    """What is still going on, in words."""
    going_on = owned(person).exclude(status__in=_CLOSED).filter(is_deleted=False).order_by("pk")
    words = [
        f"Order {order.number} is not finished: {order.status_words.lower()}." for order in going_on[:20]
    ]
    overpaid = owned(person).filter(overpaid_since__isnull=False, status__in=_CLOSED).order_by("pk")
    words += [f"Too much was paid for order {order.number}; the rest goes back." for order in overpaid[:20]]
    waiting = Return.objects.filter(order__in=owned(person).values("pk"), status__in=Return.OPEN)
    return words + [f"Return {return_.number} is still open." for return_ in waiting.order_by("pk")[:20]]


def erase(person: Person, now: datetime) -> None:
    """Take who it was out of every order, and baskets away; in the caller's transaction."""
    orders = list(owned(person).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(orders), _AT_ONCE):
        _erase_part(orders[start : start + _AT_ONCE])
    baskets = Cart.objects.filter(person.owns())
    baskets.exclude(status=Cart.Status.ORDERED).delete()
    blank = {"email": "", "shipping_address": None, "billing_address": None, "note": "", "vat_number": ""}
    baskets.update(**blank)
    Cart.objects.filter(order__in=orders).update(**blank)
    if person.pk:
        Discount.customers.through.objects.filter(user_id=person.pk).delete()


def _erase_part(pks: list[int]) -> None:
    rows = list(Order.all_objects.filter(pk__in=pks).prefetch_related("invoices"))
    for order in rows:
        order.email = erased_email(order.email)
        order.name, order.note, order.comments = ERASED, "", ""
        order.shipping_address = erased_address(order.shipping_address)
        order.billing_address = erased_address(order.billing_address)
        # Links in old emails lead nowhere any more.
        order.token = new_token()
        if not order.invoices.all():
            order.vat_number = ""
            order.quote = order.quote | {"vat_number": ""} if order.quote else order.quote
    fields = ["email", "name", "note", "comments", "shipping_address", "billing_address", "token"]
    Order.all_objects.bulk_update(rows, [*fields, "vat_number", "quote"])
    events = OrderEvent.objects.filter(order__in=pks)
    customers = {order.customer_id for order in rows if order.customer_id}
    events.filter(actor__in=customers).update(actor_label="Customer")
    events.filter(actor=None).exclude(actor_label="Shop").update(actor_label="Customer")
    events.filter(kind="address_changed").update(data={})
    Notification.objects.filter(order__in=pks, sent_at=None).delete()
    for model in (Notification, Return, Withdrawal, DiscountUse):
        _pseudonymise(model, pks)
    Return.all_objects.filter(order__in=pks).update(note="", staff_answer="", comments="")
    ReturnLine.objects.filter(return_made__order__in=pks).update(note="")
    Withdrawal.all_objects.filter(order__in=pks).update(name=ERASED, statement=ERASED)
    Shipment.all_objects.filter(order__in=pks).update(tracking_number="", tracking_url="", comments="")


_EMAIL_FIELDS = {Notification: "to", Return: "email", Withdrawal: "email", DiscountUse: "customer_key"}


def _pseudonymise(model: Any, orders: list[int]) -> None:
    """One update for each address that stands there; of one person there are few."""
    field = _EMAIL_FIELDS[model]
    rows = model._base_manager.filter(order__in=orders)
    for email in set(rows.order_by().values_list(field, flat=True)):
        rows.filter(**{field: email}).update(**{field: erased_email(email)})
