"""Two gift cards with published codes, and store credit for Ada."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings

from demo.loader.bulk import Writer
from demo.loader.people import Person
from demo.loader.plan import Plan
from payments.models import GiftCard, GiftCardEntry
from payments.services.gift_card_codes import hash_of

SMALL_CARD, LARGE_CARD = "A1CV-DEM0-GFTC-2525", "A1CV-DEM0-GFTC-9100"


def load_gift_cards(plan: Plan, *, ada: Person, owner: int) -> None:
    """Write them with their ledger. Only in demo mode do published codes pay for anything."""
    writer = Writer(GiftCard, GiftCardEntry)
    status = GiftCard.Status.ACTIVE if settings.DEMO_MODE else GiftCard.Status.BLOCKED
    for code, amount, expires_on in (
        (SMALL_CARD, Decimal(25), None),
        (LARGE_CARD, Decimal(100), plan.midnight.date() + timedelta(days=365)),
    ):
        _add(
            writer, plan, owner, amount, "Sold over the counter", code_hash=hash_of(code), last4=code[-4:],
            status=status, expires_on=expires_on,
        )  # fmt: skip
    _add(
        writer, plan, owner, Decimal(15), "For the dented watering can", kind=GiftCard.Kind.STORE_CREDIT,
        customer_id=ada.user_id, credit_key=f"{ada.user_id}:{settings.SHOP_CURRENCY}",
        recipient_email=ada.email, recipient_name=ada.name,
    )  # fmt: skip
    writer.flush()


def _add(writer: Writer, plan: Plan, owner: int, amount: Decimal, reason: str, **values: object) -> None:
    card = writer.add(
        GiftCard,
        currency=settings.SHOP_CURRENCY,
        initial_amount=amount,
        balance=amount,
        put_on=amount,
        created_at=plan.days_ago(20),
        created_by_id=owner,
        **values,
    )
    writer.add(
        GiftCardEntry,
        card_id=card,
        amount=amount,
        reason=reason,
        key=f"demo-{card}",
        actor_id=owner,
        created_at=plan.days_ago(20),
    )
