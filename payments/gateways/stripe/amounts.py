"""Amounts as Stripe writes them: whole numbers of a currency's smallest unit, by Stripe's own rules.

https://docs.stripe.com/currencies lists them. They are not ISO 4217's: the krona of Iceland and the
shilling of Uganda have no decimals any more and are still written with two, and amounts of three
decimals must end in 0.
"""

from decimal import Decimal

from payments.gateways.base import GatewayRefused

_NO_DECIMALS = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
_THREE_DECIMALS = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
# Written with two decimals which are always 00. (HUF and TWD are whole for payouts only.)
_WHOLE = frozenset(("ISK", "UGX"))


def _decimals(currency: str) -> int:
    return 0 if currency in _NO_DECIMALS else 3 if currency in _THREE_DECIMALS else 2


def to_stripe(amount: Decimal, currency: str) -> int:
    """1.50 EUR is 150, 150 JPY is 150, 1.500 KWD is 1500.

    Raises GatewayRefused for an amount that Stripe cannot write, such as 1.505 KWD.
    """
    step = 100 if currency in _WHOLE else 10 if currency in _THREE_DECIMALS else 1
    units = amount.scaleb(_decimals(currency))
    if units % step:
        smallest = Decimal(step).scaleb(-_decimals(currency)).normalize()
        raise GatewayRefused(
            f"{amount.normalize():f} {currency} cannot be paid this way, only whole steps of "
            f"{smallest:f} {currency}. Please choose another way to pay.",
            code="amount_not_possible",
        )
    return int(units)


def from_stripe(units: int, currency: str) -> Decimal:
    """What Stripe's number means, in major units; `currency` in any case."""
    return Decimal(units).scaleb(-_decimals(currency.upper()))
