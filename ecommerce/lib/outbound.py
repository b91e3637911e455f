"""Requests to addresses that people typed: public ones only, never the shop's own network.

A name is looked up once and just that address is connected to, so that a name which changes its mind in
between (DNS rebinding) gains nothing. Redirects are followed here, each looked at anew, or not at all.
"""

import time
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress, filter_host

TIMEOUT = (5.0, 10.0)
_LONGEST = 30.0  # seconds for the whole of an answer, however slowly it drips
_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}


class Unreachable(Exception):
    """An address that cannot or may not be asked; the text is a sentence without the address."""


PRIVATE = "This address is inside a private network; only public addresses are asked."


def session(*, agent: str, allow_private: bool = False) -> requests.Session:
    """What asks: it follows no redirect, knows no proxy and keeps no password of this machine."""
    made = HTTPSession(
        Config(
            ip_filter_enable=not allow_private,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=TIMEOUT,
            user_agent_override=agent,
        )
    )
    made.trust_env = False
    return made


def is_public(host: str, port: int) -> bool:
    """Whether the name leads to a public address just now. Raises Unreachable for a name nobody knows."""
    try:
        filter_host(host, port, allow_loopback=False)
    except InvalidIPAddress:
        return False
    except (requests.RequestException, UnicodeError):
        raise Unreachable("No server of this name can be found. Check the address.") from None
    return True


def fetch(url: str, *, agent: str, most: int, allow_private: bool = False) -> bytes:
    """What an address answers, at most `most` bytes of it. Raises Unreachable with the reason in words."""
    end = time.monotonic() + _LONGEST
    try:
        with session(agent=agent, allow_private=allow_private) as http:
            for _ in range(_REDIRECTS + 1):
                with http.get(_checked(url), stream=True, headers={"Accept-Encoding": "identity"}) as answer:
                    if not answer.is_redirect:
                        return _read(answer, most, end)
                    url = urljoin(url, answer.headers["Location"])
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Unreachable(words_for(error)) from error
    raise Unreachable("It leads from one address to the next without an end.")


def words_for(error: Exception) -> str:
    """A sentence instead of an exception, which may hold the address."""
    match error:
        case InvalidIPAddress():
            return PRIVATE
        case requests.exceptions.SSLError():
            return "Its certificate is not valid."
        case requests.exceptions.ConnectTimeout():
            return "It could not be reached in 5 seconds."
        case requests.exceptions.Timeout():
            return "It did not answer in 10 seconds."
        case requests.exceptions.ConnectionError():
            return "It could not be reached, or hung up."
    return "It could not be asked."


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        raise Unreachable("It leads to an address that is not plain http or https.")
    return url


def _read(answer: requests.Response, most: int, end: float) -> bytes:
    if answer.status_code != 200:
        raise Unreachable(f"It answered {answer.status_code}.")
    content = bytearray()
    # Not unpacked, which could make a little very much.
    while piece := _piece(answer.raw):
        content += piece
        if len(content) > most:
            raise Unreachable(f"It is larger than {most >> 20} MB.")
        if time.monotonic() > end:
            raise Unreachable(f"It took longer than {_LONGEST:.0f} seconds.")
    return bytes(content)


def _piece(raw: Any) -> bytes:
    return raw.read1(65536, decode_content=False)
