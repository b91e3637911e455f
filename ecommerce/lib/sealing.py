"""Secrets in the database and on the way to a worker: hashed or encrypted under SECRET_KEY.

Each purpose has keys of its own. What was made under one of SECRET_KEY_FALLBACKS stays good.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def hashes_of(text: str, *, purpose: str) -> list[str]:
    """What the database may have kept of a text, under today's key first; useless without the key."""
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in _keys(f"{purpose}.hash")]


def seal(text: str, *, purpose: str) -> str:
    """The text encrypted."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Raises cryptography.fernet.InvalidToken for what `seal` did not write for this purpose."""
    return _box(purpose).decrypt(sealed.encode()).decode()


def _box(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in _keys(f"{purpose}.seal")])


def _keys(purpose: str) -> list[bytes]:
    secrets = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return [hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest() for secret in secrets]
