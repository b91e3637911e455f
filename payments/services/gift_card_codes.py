"""The codes of gift cards: made, read as people type them, hashed, sealed for the email.

The keys come from SECRET_KEY; codes made under one of SECRET_KEY_FALLBACKS keep working.
"""

import secrets

from ecommerce.lib import sealing
from orders.models.order import NUMBER_ALPHABET

_LENGTH = 16  # of 32 characters: 80 bits
_PURPOSE = "payments.gift-card"
_READ_AS = str.maketrans("OIL", "011")


def new_code() -> str:
    """A code nobody can guess, in groups of four: "7K2M-9PQR-…"."""
    return grouped("".join(secrets.choice(NUMBER_ALPHABET) for _ in range(_LENGTH)))


def grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normalise(typed: str) -> str:
    """The sixteen characters of what was typed, in any case, with dashes or spaces or without; "" when
    it cannot be a code. O is read as 0, I and L as 1."""
    code = "".join(typed.upper().translate(_READ_AS).replace("-", "").split())
    return code if len(code) == _LENGTH and set(code) <= set(NUMBER_ALPHABET) else ""


def hash_of(code: str) -> str:
    """What the database keeps of a code."""
    return hashes_of(code)[0]


def hashes_of(code: str) -> list[str]:
    """What the database may have kept of a code, under today's key first."""
    return sealing.hashes_of(normalise(code), purpose=_PURPOSE)


def seal(code: str) -> str:
    """The code as it may lie in the database until its email is sent."""
    return sealing.seal(code, purpose=_PURPOSE)


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what `seal` did not write."""
    return sealing.unseal(sealed, purpose=_PURPOSE)
