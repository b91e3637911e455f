"""Which addresses the shop sends to: public ones by https, and never its own network.

The filter resolves a name once and connects to just that address, so that a name which changes its
mind in between (DNS rebinding) gains nothing. WEBHOOKS_ALLOW_PRIVATE lifts it, for one's own network.
"""

from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress, filter_host

from ecommerce.lib.errors import BadInput

TIMEOUT = (5.0, 10.0)
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
        filter_host(host, port, allow_loopback=False)
    except InvalidIPAddress:
        raise _refused(PRIVATE) from None
    except (requests.RequestException, UnicodeError):
        raise _refused("No server of this name can be found. Check the address.") from None


def session() -> requests.Session:
    """What sends: it follows no redirect, knows no proxy and keeps no password of this machine."""
    made = HTTPSession(
        Config(
            ip_filter_enable=not settings.WEBHOOKS_ALLOW_PRIVATE,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=TIMEOUT,
            user_agent_override="Alcove-Webhooks/1.0",
        )
    )
    made.trust_env = False
    return made


def _refused(words: str) -> BadInput:
    return BadInput(words, code="bad_address", field="url")
