"""Text messages, by whatever `SMS_URL` names.

| SMS_URL | what happens |
|---|---|
| empty | the message is filed beside the emails, as a .txt file |
| `console:` | the message is printed |
| `twilio://SID:TOKEN@?from=+4915…` | Twilio's Messages API; `from=MG…` is a messaging service |
| `https://TOKEN@host/path` | `POST {"to": …, "text": …}` with `Authorization: Bearer TOKEN` |

Messages may carry one-time codes: neither they nor the secrets of SMS_URL are ever logged.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import make_msgid
from functools import partial
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit, urlunsplit

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

# Seconds to connect, and to wait for an answer.
TIMEOUT = (4.0, 12.0)
Login = tuple[str, str] | Callable[[requests.PreparedRequest], requests.PreparedRequest]
CONSOLE = "console:"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_FORMS = "Write twilio://SID:TOKEN@?from=+49… or https://TOKEN@host/path, or leave SMS_URL out."


class SmsNotSent(Exception):
    """The sender did not accept the message; it is not known to have gone out."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Where messages are posted. `sender` is the number at Twilio they come from, "" for others."""

    url: str
    auth: Login
    sender: str = ""

    def post(self, to: str, text: str) -> requests.Response:
        # A redirect would carry the message, and a token, to somebody else.
        post = partial(requests.post, self.url, auth=self.auth, timeout=TIMEOUT, allow_redirects=False)
        if not self.sender:
            return post(json={"to": to, "text": text})
        kind = "MessagingServiceSid" if self.sender.startswith("MG") else "From"
        return post(data={"To": to, "Body": text, kind: self.sender})


def send_sms(to: str, text: str) -> None:
    """Send `text` to the number `to` (E.164). Raises SmsNotSent."""
    if not settings.SMS_URL:
        return _file(to, text)
    if settings.SMS_URL == CONSOLE:
        sys.stdout.write(f"To: {to}\n\n{text}\n\n")
        sys.stdout.flush()
        return None
    try:
        answer = sender_of(settings.SMS_URL).post(to, text)
    except requests.RequestException as error:
        # Not chained: its text names addresses, and what is kept in it is the whole request.
        raise SmsNotSent(f"no answer ({type(error).__name__})") from None
    if not answer.ok or answer.is_redirect:
        raise SmsNotSent(f"refused with status {answer.status_code}")


def sender_of(url: str) -> Sender:
    """Who sends for this SMS_URL. Raises ImproperlyConfigured for one that cannot be understood."""
    parts = urlsplit(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "twilio":
        # A plus in a query means a space to parse_qs, and a number to whoever wrote it.
        sender = parse_qs(parts.query.replace("+", "%2B")).get("from", [""])[0]
        if user and password and sender:
            api = f"{settings.TWILIO_API}/2010-04-01/Accounts/{user}/Messages.json"
            return Sender(url=api, auth=(user, password), sender=sender)
    elif parts.hostname and user and _is_private_way(parts):
        address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        return Sender(url=address, auth=partial(_with_token, f"{user}:{password}" if password else user))
    raise ImproperlyConfigured(f"SMS_URL is not understood. {_FORMS}")


def _with_token(token: str, request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token}"
    return request


def _is_private_way(parts: SplitResult) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _file(to: str, text: str) -> None:
    folder = Path(settings.SMS_FILE_PATH)
    folder.mkdir(parents=True, exist_ok=True)
    unique = make_msgid().strip("<>").split("@")[0]
    (folder / f"{timezone.now():%Y%m%d-%H%M%S}-{unique}.txt").write_text(f"To: {to}\n\n{text}\n")
