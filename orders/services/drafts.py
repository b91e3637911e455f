"""Orders that staff prepare for somebody: by phone, by email, for a business.

A draft is a cart that no shopper finds. It changes through the services every cart changes
through and is priced the same way; `payments.services.drafts` places it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q

from catalog.models import Variant
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput, NotFound
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Cart, DraftOrder
from orders.services.cart import add_coupon, add_line, change_line, remove_coupon
from orders.services.checkout import save_answers


@retrying_atomic
def open_draft(*, email: str, actor: Any) -> DraftOrder:
    """Begin a draft for whoever has this email address.

    It goes into their account when they have one and have confirmed that the address is theirs.
    """
    return DraftOrder.objects.create(
        status=Cart.Status.DRAFT, email=email, customer=account_of(email), created_by=actor
    )


def account_of(email: str) -> Any:
    """The customer who has confirmed this email address, or None."""
    found = EmailAddress.objects.filter(email=email.lower(), verified=True).select_related("user").first()
    return found.user if found else None


@retrying_atomic
def save_draft(
    *,
    draft: Cart,
    email: str,
    address: PostalAddress | None,
    shipping_method: str,
    note: str = "",
    quantities: Mapping[int, int] | None = None,
    addition: tuple[str, int] | None = None,
    code: str = "",
    codes_removed: Iterable[int] = (),
) -> Cart:
    """Write down what staff typed: all of it or nothing.

    `quantities` maps line ids to pieces (0 takes the line out), `addition` is a SKU and pieces.
    Raises what the cart's services raise, and BadInput for a SKU that is not sold, with those
    that may have been meant.
    """
    for line in draft.lines.select_related("cart", "variant__product").order_by("pk"):
        wanted = (quantities or {}).get(line.pk, line.quantity)
        if wanted != line.quantity:
            change_line(line=line, quantity=wanted)
    if addition:
        _add(draft, *addition)
    for coupon in draft.coupons.filter(pk__in=list(codes_removed)):
        remove_coupon(coupon=coupon)
    if code:
        add_coupon(cart=draft, code=code, by_staff=True)
    customer = draft.customer if draft.email == email else account_of(email)
    return save_answers(
        cart=draft,
        email=email,
        customer=customer,
        shipping_address=address,
        shipping_method=shipping_method,
        note=note,
    )


def _add(draft: Cart, sku: str, quantity: int) -> None:
    known = Variant.objects.filter(sku__iexact=sku).values_list("sku", flat=True).first()
    try:
        add_line(cart=draft, sku=known or sku, quantity=quantity)
    except NotFound:
        raise BadInput(unknown_sku_words(sku), field="sku") from None


def unknown_sku_words(sku: str) -> str:
    """Tell staff that nothing on sale has this SKU, and which ones they may have meant."""
    named = Q(sku__icontains=sku) | Q(product__name__icontains=sku)
    rows = Variant.objects.live().filter(named).select_related("product").order_by("sku")[:8]
    meant = ", ".join(f"{row.sku} ({row.full_name})" for row in rows)
    hint = f" Did you mean: {meant}?" if meant else ""
    return f"No product on sale has the SKU {sku}.{hint}"


@retrying_atomic
def discard_draft(*, draft: Cart) -> None:
    """Throw a draft away; one that was placed meanwhile stays."""
    Cart.objects.filter(pk=draft.pk, status=Cart.Status.DRAFT).delete()
