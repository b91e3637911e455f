"""Who bought what: the one rule by which reviews are open and verified."""

from django.db.models import Q, QuerySet

from catalog.models import Product
from customers.models import User
from orders.models import Order

_DELIVERED = Q(status__in=[Order.Status.SHIPPED, Order.Status.DELIVERED])
_PAID = Q(payment_status__in=[Order.PaymentStatus.PAID, Order.PaymentStatus.PARTLY_REFUNDED])


def bought(*, customer: User, product: Product) -> bool:
    """Whether an order of the customer with the product is paid or on its way, and not cancelled."""
    gone = [Order.Status.CANCELLED, Order.Status.REFUNDED]
    return _orders(customer, product).filter(_PAID | _DELIVERED).exclude(status__in=gone).exists()


def verified_order_number(*, customer: User, product: Product) -> str:
    """The number of the newest shipped order of the customer with the product, or ""."""
    shipped = _orders(customer, product).filter(_DELIVERED)
    return shipped.order_by("-placed_at").values_list("number", flat=True).first() or ""


def address_of(*, customer: User, product: Product) -> str:
    """The email address of the customer, or of their newest order with the product: an account may
    have a telephone number alone."""
    if customer.email:
        return customer.email
    return _orders(customer, product).order_by("-placed_at").values_list("email", flat=True).first() or ""


def _orders(customer: User, product: Product) -> QuerySet[Order]:
    return Order.objects.filter(customer=customer, lines__product=product)
