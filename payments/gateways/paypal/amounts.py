"""Amounts as PayPal writes them: text in major units, with the decimals that it takes."""

from decimal import Decimal, InvalidOperation
from typing import Any

from payments.gateways.base import GatewayRefused

# https://developer.paypal.com/reference/currency-codes/
CURRENCIES = frozenset(
    ["AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS",
     "JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD", "USD"]
)  # fmt: skip
# Forints and Taiwan dollars have decimals elsewhere, not at PayPal.
_WHOLE = frozenset({"HUF", "JPY", "TWD"})


def money(amount: Decimal, currency: str) -> dict[str, str]:
    """`amount` for PayPal. Raises GatewayRefused for one that it cannot take to the last decimal."""
    if currency not in CURRENCIES:
        raise GatewayRefused(f"PayPal takes no payments in {currency}.")
    unit = Decimal(1) if currency in _WHOLE else Decimal("0.01")
    value = amount.quantize(unit)
    if value != amount:
        raise GatewayRefused(f"PayPal takes whole amounts of {currency} only.")
    return {"currency_code": currency, "value": str(value)}


def amount_of(told: Any) -> tuple[Decimal | None, str]:
    """An amount of PayPal's and its currency; (None, "") where it does not say."""
    try:
        return Decimal(told["value"]), str(told["currency_code"])
    except (TypeError, KeyError, InvalidOperation):
        return None, ""
