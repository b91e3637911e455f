"""What the gift cards kept with a cart would pay of it, and what that leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO, format_money
from orders.agreement import Agreement, changes_between, sign_agreement
from orders.models import Cart
from payments.models import CartGiftCard, GiftCard
from payments.services.gift_card_ledger import CardEmptier


@dataclass(frozen=True, kw_only=True)
class Share:
    """What one card pays; `pk` is that of its place in the cart."""

    pk: int
    card: GiftCard
    pays: Decimal
    is_usable: bool

    @property
    def left_on_card(self) -> Decimal:
        return self.card.balance - self.pays

    @property
    def words(self) -> str:
        if not self.is_usable:
            return "cannot be used any more"
        return f"pays {format_money(self.pays, self.card.currency)}"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How `total` is paid: by the shares of the cards, in their order, and `left` otherwise."""

    total: Decimal
    currency: str
    shares: tuple[Share, ...] = ()

    @cached_property
    def paid_by_cards(self) -> Decimal:
        return sum((share.pays for share in self.shares), ZERO)

    @property
    def left(self) -> Decimal:
        return self.total - self.paid_by_cards

    @property
    def covers_all(self) -> bool:
        """Whether the cards pay for something, and nothing is left to pay."""
        return self.paid_by_cards > 0 and not self.left

    @property
    def used(self) -> list[Share]:
        return [share for share in self.shares if share.pays]

    @property
    def has_credit(self) -> bool:
        """Whether store credit is put in, needed or not."""
        return any(share.card.kind == GiftCard.Kind.STORE_CREDIT for share in self.shares)

    @property
    def paid_with(self) -> str:
        """ "gift card", "gift cards and store credit": what pays, in words."""
        kinds = [share.card.kind for share in self.used]
        cards = kinds.count(GiftCard.Kind.GIFT_CARD)
        words = ["gift cards" if cards > 1 else "gift card"] if cards else []
        return " and ".join(words + ["store credit"] * (len(kinds) > cards))

    def agreement(self) -> Agreement:
        """What the shopper agrees to about the cards by pressing "Pay"; nothing without cards."""
        if not self.shares:
            return {}
        said = {f"card {share.card.pk}": (share.card.label, share.words) for share in self.shares}
        return said | {"left": ("Left to pay", format_money(self.left, self.currency))}

    @property
    def signed(self) -> str:
        """The same as the value of a hidden field."""
        return sign_agreement(self.agreement())


def plan_of(*, cart: Cart, total: Decimal, currency: str) -> Plan:
    """Share `total` out over the cards kept with `cart`, in the order of their keys. One query."""
    rows = CartGiftCard.objects.filter(cart=cart).select_related("card").order_by("card_id")
    return _share_out(rows, cart=cart, total=total, currency=currency)


def _share_out(rows: Iterable[CartGiftCard], *, cart: Cart, total: Decimal, currency: str) -> Plan:
    shares, left = [], total
    for row in rows:
        card = row.card
        # Store credit pays for its own customer only, wherever the cart has got to.
        is_own = card.customer_id is None or card.customer_id == cart.customer_id
        is_usable = card.is_usable and not card.is_deleted and card.currency == currency and is_own
        pays = min(card.balance, left) if is_usable else ZERO
        shares.append(Share(pk=row.pk, card=card, pays=pays, is_usable=is_usable))
        left -= pays
    return Plan(total=total, currency=currency, shares=tuple(shares))


def require_agreement(plan: Plan, agreed: Agreement | None) -> None:
    """Raise CardEmptier when the cards do not pay what the shopper saw.

    `agreed` None: a program that saw nothing, whose cards have to be usable at least.
    """
    if agreed is None:
        gone = [share.card.label for share in plan.shares if not share.is_usable]
        if gone:
            raise CardEmptier(
                f"{', '.join(gone)} cannot be used any more. Take it out, then order again.",
                data={"left_to_pay": plan.left},
            )
        return
    changes = changes_between(agreed, plan.agreement())
    if changes:
        raise CardEmptier(
            f"Nothing was ordered. {'. '.join(str(change) for change in changes)}.",
            data={"left_to_pay": plan.left},
        )


class CardUnusable(DomainError):
    """The one answer for codes that never existed, and for cards that are empty, blocked or expired."""

    code = "gift_card_unusable"
    http_status = 400

    def __init__(self) -> None:
        super().__init__(
            "We know no gift card with this code that can be used. Check the code; it may also be used "
            "up or expired.",
            field="code",
        )
