"""Making single-use codes for a discount."""

import re
import secrets
from typing import Any

from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import Discount, DiscountCode
from orders.models.discount import normalise_code
from orders.models.order import NUMBER_ALPHABET

MOST = 10_000
# 32 letters and digits: eight of them make a million million codes, of which 10,000 are not guessed.
SHORTEST, LONGEST = 8, 20
_LONGEST_PREFIX = 12
_LONGEST_BATCH = 60
_BATCH = 500


@retrying_atomic
def generate_codes(
    *,
    discount: Discount,
    count: int,
    prefix: str = "",
    length: int = 10,
    batch: str = "",
    actor: Any = None,
) -> list[DiscountCode]:
    """Make `count` new codes, each good for one order; all of them or none.

    A code is `prefix` (capitals, digits, hyphens) and `length` letters and digits nobody can
    guess; `batch` is what staff find them by. Raises BadInput naming the field for what is out
    of bounds, and a DomainError (`applies_by_itself`) for a discount that needs no code.
    """
    prefix, batch = normalise_code(prefix), " ".join(batch.split())
    _require_bounds(count=count, prefix=prefix, length=length, batch=batch)
    if not discount.codes_only and not discount.code_key:
        raise DomainError(
            "This discount applies by itself. Tick “only with generated codes” first.",
            code="applies_by_itself",
        )
    now = timezone.now()
    rows = [
        DiscountCode(
            discount=discount, code=code, code_key=code, batch=batch, created_at=now, created_by=actor
        )
        for code in _new_codes(count, prefix, length)
    ]
    return DiscountCode.objects.bulk_create(rows, batch_size=_BATCH)


def _require_bounds(*, count: int, prefix: str, length: int, batch: str) -> None:
    if not 1 <= count <= MOST:
        raise BadInput(f"Enter a number of codes from 1 to {MOST}.", field="count")
    if not SHORTEST <= length <= LONGEST:
        raise BadInput(f"Enter a length from {SHORTEST} to {LONGEST}.", field="length")
    if not re.fullmatch(rf"[A-Z0-9-]{{0,{_LONGEST_PREFIX}}}", prefix):
        raise BadInput(f"Use up to {_LONGEST_PREFIX} letters A to Z, digits and hyphens.", field="prefix")
    if len(batch) > _LONGEST_BATCH:
        raise BadInput(f"Use up to {_LONGEST_BATCH} characters.", field="batch")


def _new_codes(count: int, prefix: str, length: int) -> list[str]:
    """Codes that neither a discount nor another generated code has."""
    found: set[str] = set()
    while len(found) < count:
        wanted = count - len(found)
        made = {
            prefix + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(length)) for _ in range(wanted)
        }
        found |= made - _taken(made)
    return sorted(found)


def _taken(codes: set[str]) -> set[str]:
    taken: set[str] = set()
    listed = sorted(codes)
    for start in range(0, len(listed), _BATCH):
        some = listed[start : start + _BATCH]
        taken.update(Discount.objects.filter(code_key__in=some).values_list("code_key", flat=True))
        taken.update(DiscountCode.objects.filter(code_key__in=some).values_list("code_key", flat=True))
    return taken
