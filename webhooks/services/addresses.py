"""Which addresses the shop sends to: public ones by https, and never its own network.

The filter is `ecommerce.lib.outbound`. WEBHOOKS_ALLOW_PRIVATE lifts it, for one's own network.
"""

from urllib.parse import urlsplit

import requests
from django.conf import settings

from ecommerce.lib import outbound
from ecommerce.lib.errors import BadInput

PRIVATE = "This address is inside a private network, and the shop sends to public addresses only."
_LONGEST = 500


def require_allowed(url: str) -> str:
    """The address, when events may be sent there. Raises BadInput (field `url`) with the reason."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("This is not an address. Enter one like https://example.com/webhooks.") from None
    schemes = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes or not parts.hostname or len(url) > _LONGEST or not url.isprintable():
        raise _refused("Enter an address that starts with https://, of at most 500 characters.")
    if " " in url or parts.fragment or parts.username is not None or parts.password is not None:
        raise _refused("Enter the address without spaces, user name, password and #.")
    if not settings.WEBHOOKS_ALLOW_PRIVATE:
        _require_public(parts.hostname, port or 443)
    return url


def _require_public(host: str, port: int) -> None:
    try:
        is_public = outbound.is_public(host, port)
    except outbound.Unreachable as error:
        raise _refused(str(error)) from None
    if not is_public:
        raise _refused(PRIVATE)


def session() -> requests.Session:
    """What sends."""
    return outbound.session(agent="Alcove-Webhooks/1.0", allow_private=settings.WEBHOOKS_ALLOW_PRIVATE)


def _refused(words: str) -> BadInput:
    return BadInput(words, code="bad_address", field="url")
