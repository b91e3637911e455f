"""One cell: its text as a value, and a value as the text that stands for it in files and plans.

Every `read_…` raises ValueError with a sentence. Texts are kept in one form ("20" and "20.00" are
"20.00"), so that comparing texts is comparing values.
"""

import re
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from django.conf import settings

from ecommerce.lib.money import smallest_unit

LARGEST = 2_147_483_647
_DEAREST = Decimal(10) ** 9
_PLAIN_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)
# What neither a database nor a page can do anything with. Line ends and tabs are text.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_YES, _NO = {"yes", "true", "1", "published", "y"}, {"no", "false", "0", "draft", "n"}


def read_text(text: str, longest: int) -> str:
    if _CONTROL.search(text):
        raise ValueError("It holds characters that are no text.")
    if len(text) > longest:
        raise ValueError(f"It is {len(text):,} characters long; {longest:,} fit.")
    return text


def read_price(text: str) -> str:
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValueError(f"Enter an amount like 12.50, with a point and without a sign, not “{text[:40]}”.")
    amount, unit = Decimal(text), smallest_unit(settings.SHOP_CURRENCY)
    if amount != amount.quantize(unit):
        raise ValueError(f"Enter an amount in whole {unit} steps, not “{text[:40]}”.")
    if amount >= _DEAREST:
        raise ValueError("Enter an amount below 1,000,000,000.")
    return show_money(amount)


def read_number(text: str) -> str:
    if not text.isascii() or not text.isdecimal() or len(text) > 10 or int(text) > LARGEST:
        raise ValueError(f"Enter a whole number, 0 or more, not “{text[:40]}”.")
    return str(int(text))


def read_yes_no(text: str) -> str:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError(f"Enter yes or no, not “{text[:40]}”.")
    return "yes" if word in _YES else "no"


def read_url(text: str) -> str:
    """An address that could be one; whether it may be asked is found out when it is."""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1)
    except ValueError:
        fits = False
    if not fits or len(text) > 500 or not text.isprintable() or " " in text or "@" in parts.netloc:
        raise ValueError("Enter an address that starts with https:// or http://, of at most 500 characters.")
    return text


def show_money(amount: Decimal | None) -> str:
    """`20.00`: with the currency's decimals, and more only where there are more."""
    if amount is None:
        return ""
    try:
        exact = amount.quantize(smallest_unit(settings.SHOP_CURRENCY))
    except InvalidOperation:
        return format(amount, "f")
    return format(exact if exact == amount else amount.normalize(), "f")
