"""Phone numbers as people type them, checked in words."""

import phonenumbers
from django.conf import settings

from ecommerce.lib.errors import BadInput


def normalise_phone(value: str, *, country: str = "") -> str:
    """Return `value` as E.164 ("+493055500142"); a number without + belongs to `country`.

    `country` is an ISO code, the shop's own when empty. Raises BadInput `phone_format`
    (field `phone`) when no phone has that number.
    """
    try:
        number = phonenumbers.parse(value, country or settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise BadInput(
            "Enter a phone number that can be called, such as 030 55500142 or +44 20 7946 0958",
            code="phone_format",
            field="phone",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def international(value: str) -> str:
    """A stored number as people read it: "+49 30 55500142"; anything else comes back as it is."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
