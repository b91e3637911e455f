"""A code on its way to an email address, and the browser that waits for it."""

from django.http import HttpRequest

from customers.services import otp, otp_secrets
from ecommerce.lib.ratelimit import client_address, count_try

# Of one visitor, over all pages: whoever types many addresses must not fill the mailboxes of a town.
CODES, SECONDS = 20, 600


def send_code(request: HttpRequest, key: str, *, to: str, **more: str) -> None:
    """Send a code to `to`, good in this browser only; the session remembers under `key` where it went.

    Does not look whether anybody has the address. Raises TooMany.
    """
    count_try("codes-by-email", client_address(request), limit=CODES, seconds=SECONDS)
    binding = otp_secrets.new_binding()
    otp.request_code(to=to, binding=binding)
    request.session[key] = {"to": to, "binding": binding, **more}


def waiting_for(request: HttpRequest, key: str) -> dict[str, str] | None:
    """What `send_code` remembered: `to`, `binding` and more; None before a code was asked for."""
    found = request.session.get(key)
    return found if isinstance(found, dict) else None
