"""One-time codes as secrets: made, hashed for the database, sealed for the way to their sender.

The keys come from SECRET_KEY; what was made under one of SECRET_KEY_FALLBACKS stays good.
"""

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

DIGITS = 6


def new_code() -> str:
    """Six random digits, or the fixed code of a shop that is only tried out."""
    return settings.FIXED_ONE_TIME_CODE or f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hash_of(phone: str, code: str) -> str:
    """What the database keeps of a code: useless without the key, and for any other number."""
    return hashes_of(phone, code)[0]


def hashes_of(phone: str, code: str) -> list[str]:
    """What the database may have kept of a code, under today's key first."""
    text = f"{phone}:{code}".encode()
    return [hmac.new(_key("hash", secret), text, hashlib.sha256).hexdigest() for secret in _secrets()]


def seal(code: str) -> str:
    """The code as it may travel through a broker."""
    return _box().encrypt(code.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what `seal` did not write."""
    return _box().decrypt(sealed.encode()).decode()


def _box() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_key("seal", secret))) for secret in _secrets()])


def _key(purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), f"customers.otp.{purpose}".encode(), hashlib.sha256).digest()


def _secrets() -> list[str]:
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
