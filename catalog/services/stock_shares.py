"""Who gets which of the pieces that are promised together, each share with its own end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.models import Hold


@dataclass(frozen=True, kw_only=True)
class Share:
    """So many pieces of a variant, promised to `reference` until `expires_at`."""

    variant_id: int
    quantity: int
    reference: str
    expires_at: datetime | None = None
    extended: bool = False


def deal(pieces: Iterable[Hold], shares: Iterable[Share]) -> list[Hold]:
    """The (unsaved) `pieces` as holds of the shares, in their order: the first get what is really there."""
    left = sorted(pieces, key=lambda piece: piece.is_backorder)
    dealt = []
    for share in shares:
        missing = share.quantity
        for piece in left:
            quantity = min(piece.quantity, missing) if piece.item.variant_id == share.variant_id else 0
            if quantity:
                dealt.append(_part(piece, quantity, share))
                piece.quantity -= quantity
                missing -= quantity
    return dealt


def _part(piece: Hold, quantity: int, share: Share) -> Hold:
    return Hold(
        item=piece.item,
        quantity=quantity,
        is_backorder=piece.is_backorder,
        reference=share.reference,
        expires_at=share.expires_at,
        extended=share.extended,
    )
