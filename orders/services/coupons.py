"""Typed codes: finding the discount of one, and keeping it in a cart."""

from typing import Any

from django.utils import timezone

from ecommerce.lib.errors import DomainError
from orders.models import Cart, CartCoupon, Discount, DiscountCode
from orders.models.discount import normalise_code
from orders.services.eligibility import refusal, with_buyer


def put_coupon(*, cart: Cart, code: str, by_staff: bool) -> CartCoupon:
    """Keep a code in a locked cart; another code of the same discount takes its place.

    Raises `coupon_unknown` in the same words for whatever is not open to this shopper.
    """
    key = normalise_code(code)
    generated = DiscountCode.objects.filter(code_key=key).first()
    chosen = {"pk": generated.discount_id} if generated else {"code_key": key}
    rows = with_buyer(Discount.objects.filter(**chosen), email=cart.email, customer_id=cart.customer_id)
    discount: Any = rows.first()
    if discount is not None:
        discount.by_staff = by_staff
        discount.generated_uses = generated.uses if generated else 0
    if discount is None or refusal(discount, now=timezone.now()) in ("closed", "own_uses"):
        raise DomainError(
            "We do not know this code, or it is no longer running. Check the spelling, then try again.",
            code="coupon_unknown",
            field="code",
        )
    wanted = {"code": generated, "by_staff": by_staff}
    coupon, created = CartCoupon.objects.get_or_create(cart=cart, discount=discount, defaults=wanted)
    if not created and coupon.code_id != (generated.pk if generated else None):
        coupon.code = generated
        coupon.save(update_fields=["code"])
    return coupon


def coupon_of(*, cart: Cart, code: str) -> CartCoupon | None:
    """The cart's coupon with this code, as it was typed or as the merchant wrote it."""
    key = normalise_code(code)
    coupons = CartCoupon.objects.filter(cart=cart).select_related("discount", "code")
    return next((coupon for coupon in coupons if normalise_code(coupon.typed) == key), None)
