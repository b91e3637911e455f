"""Secrets and signatures, as the Standard Webhooks specification has them.

A secret is `whsec_` and the base64 of its bytes. The database keeps it encrypted under SECRET_KEY;
what was encrypted under one of SECRET_KEY_FALLBACKS can still be read.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import InvalidToken

from ecommerce.lib import sealing
from webhooks.models import Endpoint

_PREFIX = "whsec_"
_BYTES = 32
_PURPOSE = "webhooks.secret"


class SecretLost(Exception):
    """The secret was encrypted under a key that the shop no longer has. Its words are for the log."""


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(secret: str) -> str:
    """The secret as it may lie in the database."""
    return sealing.seal(secret, purpose=_PURPOSE)


def headers_for(endpoint: Endpoint, *, event_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of a message that is sent `now`: two signatures while a secret is replaced.

    Raises SecretLost.
    """
    stamp = str(int(now.timestamp()))
    sealed = [endpoint.sealed_secret]
    if endpoint.has_old_secret(now):
        sealed.append(endpoint.sealed_old_secret)
    signed = [_sign(_unseal(one), event_id, stamp, body) for one in sealed]
    return {"webhook-id": event_id, "webhook-timestamp": stamp, "webhook-signature": " ".join(signed)}


def _sign(secret: str, event_id: str, stamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    content = b".".join([event_id.encode(), stamp.encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def _unseal(sealed: str) -> str:
    try:
        return sealing.unseal(sealed, purpose=_PURPOSE)
    except InvalidToken:
        words = "Its secret cannot be read: SECRET_KEY has changed. Make a new secret."
        raise SecretLost(words) from None
