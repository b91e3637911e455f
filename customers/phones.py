"""Phone numbers as people type them, checked in words."""

import phonenumbers
from django.conf import settings

from ecommerce.lib.errors import BadInput

_Type = phonenumbers.PhoneNumberType
_NOT_FOR_MESSAGES = {
    _Type.PREMIUM_RATE,
    _Type.SHARED_COST,
    _Type.TOLL_FREE,
    _Type.PAGER,
    _Type.UAN,
    _Type.VOICEMAIL,
}


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


def normalise_mobile(value: str) -> str:
    """A number that a text message can be sent to, as E.164. Raises BadInput like `normalise_phone`.

    Landlines pass, many read messages out; numbers whose calls cost extra do not.
    """
    number = normalise_phone(value)
    if phonenumbers.number_type(phonenumbers.parse(number, None)) in _NOT_FOR_MESSAGES:
        raise BadInput("Enter the number of a mobile phone", code="phone_format", field="phone")
    return number


def international(value: str) -> str:
    """A stored number as people read it: "+49 30 55500142"; anything else comes back as it is."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
