"""Uses of discounts: claimed under a lock when an order is placed, released when it ends."""

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from orders.discounts import Applied
from orders.models import Discount, DiscountUse, Order
from orders.services.quoting import buyer_key


def claim_uses(*, order: Order, applied: Iterable[Applied]) -> None:
    """Count one use of each applied discount, inside the transaction that places the order.

    Raises `coupon_used_up` when others took the last use meanwhile. The guarded update also
    locks the discount's row, so the buyer's own uses are counted without a race.
    """
    for found in sorted(applied, key=lambda found: found.id):
        free = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
        if not Discount.objects.filter(free, pk=found.id).update(uses=F("uses") + 1):
            raise _used_up(found)
        discount = Discount.objects.get(pk=found.id)
        key = buyer_key(order.email)
        own = DiscountUse.objects.filter(discount=discount, customer_key=key, released_at=None).count()
        if discount.max_uses_per_customer is not None and own >= discount.max_uses_per_customer:
            raise _used_up(found)
        DiscountUse.objects.create(discount=discount, order=order, customer_key=key, amount=found.amount)


def _used_up(found: Applied) -> DomainError:
    what = f"The code {found.code}" if found.code else f"“{found.name}”"
    return DomainError(
        f"{what} has just been used up. Please check the new total.", code="coupon_used_up", field="code"
    )


def release_uses(*, order: Order) -> None:
    """Give the order's uses back; repeating changes nothing."""
    for use in DiscountUse.objects.filter(order=order, released_at=None).order_by("discount_id"):
        mine = DiscountUse.objects.filter(pk=use.pk, released_at=None)
        if mine.update(released_at=timezone.now()):
            Discount.all_objects.filter(pk=use.discount_id).update(uses=F("uses") - 1)
