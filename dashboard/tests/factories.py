"""Colleagues with a role, and many orders at once, written straight into the tables, for lists and sums."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils import timezone

from catalog.models import Variant
from customers.models import User
from customers.tests.factories import StaffFactory
from dashboard.roles import ROLES
from orders.models import Order, OrderLine
from payments.models import Payment

ADDRESS = {
    "name": "Nora Nagel",
    "line1": "Lindenallee 7",
    "postal_code": "10117",
    "city": "Berlin",
    "country": "DE",
    "phone": "+49 (30) 5550-0142",
}


def row_order(*, total: str = "20.00", placed_at: datetime | None = None, **fields: Any) -> Order:
    """An order that no service placed: states and times are whatever the test says."""
    values: dict[str, Any] = {
        "email": "nora@example.com",
        "name": "Nora Nagel",
        "payment_method": "bank_transfer",
        "currency": "EUR",
        "subtotal": Decimal(total),
        "shipping_total": 0,
        "discount_total": 0,
        "tax_total": 0,
        "total": Decimal(total),
        "prices_include_tax": True,
        "shipping_method": "standard",
        "shipping_name": "Standard delivery",
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "placed_at": placed_at or timezone.now(),
    }
    return Order.objects.create(**values | fields)


def row_line(order: Order, variant: Variant, *, quantity: int, total: str) -> OrderLine:
    """A line of such an order."""
    return OrderLine.objects.create(
        order=order,
        product=variant.product,
        variant=variant,
        name=variant.product.name,
        sku=variant.sku,
        quantity=quantity,
        unit_price=Decimal(total) / quantity,
        subtotal=Decimal(total),
        tax_rate=0,
        tax=0,
        total=Decimal(total),
    )


def row_payment(order: Order, *, refunded: str = "0") -> Payment:
    """The captured payment of such an order, `refunded` of it sent back."""
    back = Decimal(refunded)
    Order.objects.filter(pk=order.pk).update(amount_paid=order.total - back, amount_credited=back)
    return Payment.objects.create(
        order=order,
        live_for=order.pk,
        gateway="bank_transfer",
        status=Payment.Status.CAPTURED,
        amount=order.total,
        refunded_amount=Decimal(refunded),
        currency="EUR",
    )


def staff_with_role(name: str) -> User:
    """A colleague in one role, such as "picker", with all that the table of roles says."""
    group, made = Group.objects.get_or_create(name=name)
    if made:  # a test with real commits empties the tables, roles included
        group.permissions.set(permissions_named(ROLES[name].permissions))
    user = StaffFactory(name=f"Robin {name.title()}", is_superuser=False)
    user.groups.add(group)
    return User.objects.get(pk=user.pk)


def permissions_named(names: Iterable[str]) -> list[Permission]:
    """The permissions of these names; those of models that are not in the shop are left out."""
    pairs = [name.split(".") for name in names]
    rows = Permission.objects.filter(codename__in=[code for _, code in pairs]).select_related("content_type")
    return [row for row in rows if [row.content_type.app_label, row.codename] in pairs]
