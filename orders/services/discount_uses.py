"""Uses of discounts: claimed under a lock when an order is placed, released when it ends."""

from collections.abc import Iterable

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ecommerce.lib.errors import DomainError
from orders.discounts import Applied
from orders.models import Discount, DiscountCode, DiscountUse, Order
from orders.models.discount import normalise_code
from orders.services.eligibility import earlier_orders
from orders.services.quoting import buyer_key


def claim_uses(*, order: Order, applied: Iterable[Applied]) -> None:
    """Count one use of each applied discount, inside the transaction that places the order.

    Raises `coupon_used_up` when others took the last use meanwhile, and `coupon_first_order`
    when the buyer's first order was placed meanwhile. The guarded update also locks the
    discount's row, so the buyer's own uses and orders are counted without a race.
    """
    for found in sorted(applied, key=lambda found: found.id):
        if not _free(found).update(uses=F("uses") + 1):
            raise _used_up(found)
        discount = Discount.objects.get(pk=found.id)
        _require_own_rights(discount, order, found)
        DiscountUse.objects.create(
            discount=discount,
            order=order,
            code=_claim_code(discount, found),
            customer_key=buyer_key(order.email),
            amount=found.amount,
        )


def claim_again(*, order: Order) -> None:
    """Take back the uses that a cancelled order gave away. Raises `coupon_used_up` and
    `coupon_first_order` when others were faster; the caller's transaction is then to be rolled back.
    """
    applied = {found.id: found for found in order.applied_discounts}
    given = DiscountUse.objects.filter(order=order).exclude(released_at=None).select_related("code")
    for use in given.order_by("discount_id"):
        found = applied.get(use.discount_id)
        if found is None:  # staff changed the order since, and it is not part of its price any more
            continue
        if not _free(found).update(uses=F("uses") + 1):
            raise _used_up(found)
        _require_own_rights(Discount.objects.get(pk=use.discount_id), order, found)
        if use.code is not None and not _unused(use.code.discount, use.code.code_key).update(uses=1):
            raise _used_up(found)
        DiscountUse.objects.filter(pk=use.pk).update(released_at=None)


def _free(found: Applied) -> QuerySet[Discount]:
    """The discount, if it has a use left."""
    return Discount.objects.filter(Q(max_uses=None) | Q(uses__lt=F("max_uses")), pk=found.id)


def _unused(discount: Discount, key: str) -> QuerySet[DiscountCode]:
    """The generated code, if nobody has used it."""
    return DiscountCode.objects.filter(discount=discount, code_key=key, uses=0)


def _require_own_rights(discount: Discount, order: Order, found: Applied) -> None:
    """What depends on the buyer's other orders, now that the discount's row is locked."""
    if discount.max_uses_per_customer is not None:
        mine = Q(customer_key=buyer_key(order.email))
        if order.customer_id is not None:
            mine |= Q(order__customer_id=order.customer_id)
        own = DiscountUse.objects.filter(mine, discount=discount, released_at=None)
        if own.count() >= discount.max_uses_per_customer:
            raise _used_up(found)
    if discount.first_order_only:
        earlier = earlier_orders(email=order.email, customer_id=order.customer_id)
        if any(rows.exclude(pk=order.pk).exists() for rows in earlier):
            raise DomainError(
                f"{_name(found)} is for a first order, and you have ordered before. "
                "Please check the new total.",
                code="coupon_first_order",
                field="code",
            )


def _claim_code(discount: Discount, found: Applied) -> DiscountCode | None:
    """Use up the generated code that was typed; None when it was the discount's own, or none."""
    key = normalise_code(found.code)
    if not key or key == discount.code_key:
        return None
    if not _unused(discount, key).update(uses=1):
        raise _used_up(found)
    return DiscountCode.objects.get(code_key=key)


def _used_up(found: Applied) -> DomainError:
    return DomainError(
        f"{_name(found)} has just been used up. Please check the new total.",
        code="coupon_used_up",
        field="code",
    )


def _name(found: Applied) -> str:
    return f"The code {found.code}" if found.code else f"“{found.name}”"


def release_uses(*, order: Order) -> None:
    """Give the order's uses back; repeating changes nothing."""
    for use in DiscountUse.objects.filter(order=order, released_at=None).order_by("discount_id"):
        mine = DiscountUse.objects.filter(pk=use.pk, released_at=None)
        if mine.update(released_at=timezone.now()):
            Discount.all_objects.filter(pk=use.discount_id).update(uses=F("uses") - 1)
            if use.code_id is not None:
                DiscountCode.objects.filter(pk=use.code_id, uses=1).update(uses=0)
