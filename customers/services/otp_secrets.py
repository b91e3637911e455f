"""One-time codes as secrets: made, hashed for the database, sealed for the way to their sender.

The keys come from SECRET_KEY; what was made under one of SECRET_KEY_FALLBACKS stays good.
"""

import secrets

from django.conf import settings

from ecommerce.lib import sealing

DIGITS = 6
_PURPOSE = "customers.otp"


def new_binding() -> str:
    """A text that a page keeps in the visitor's session, to tie a code to this browser."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Six random digits, or the fixed code of a shop that is only tried out."""
    return settings.FIXED_ONE_TIME_CODE or f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_of(to: str, code: str, binding: str = "") -> str:
    """What the database keeps of a code: useless without the key, and for any other recipient or browser."""
    return hashes_of(to, code, binding)[0]


def hashes_of(to: str, code: str, binding: str = "") -> list[str]:
    """What the database may have kept of a code, under today's key first."""
    # A binding has no colon of its own to be mistaken for these: it is URL-safe base64.
    return sealing.hashes_of(f"{to}:{binding}:{code}", purpose=_PURPOSE)


def seal(code: str) -> str:
    """The code as it may travel through a broker."""
    return sealing.seal(code, purpose=_PURPOSE)


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what `seal` did not write."""
    return sealing.unseal(sealed, purpose=_PURPOSE)
