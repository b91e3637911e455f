"""Checkout Sessions: what Stripe checks of one before it opens."""

import time
from typing import Any

from tests.fakes.stripe_books import Books, Thing, error

_FIELDS = {
    "mode",
    "line_items",
    "customer_email",
    "client_reference_id",
    "metadata",
    "payment_intent_data",
    "success_url",
    "cancel_url",
    "expires_at",
    "locale",
    "submit_type",
}
_OF_INTENT = {"capture_method", "metadata", "description", "statement_descriptor_suffix"}
_NO_DECIMALS = {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"}
_NO_DECIMALS |= {"PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
_THREE_DECIMALS = {"BHD", "JOD", "KWD", "OMR", "TND"}
_WHOLE_HUNDREDS = {"ISK", "UGX"}


def open_session(books: Books, asked: Thing, *, base_url: str) -> Thing:
    """A page to pay on. Raises Refusal as Stripe does."""
    for given, known in ((asked, _FIELDS), (asked.get("payment_intent_data", {}), _OF_INTENT)):
        if unknown := set(given) - known:
            name = unknown.pop()
            raise error(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)
    if asked.get("mode") != "payment" or not asked.get("line_items") or not asked.get("success_url"):
        raise error("Missing required param: mode, line_items or success_url.", code="parameter_missing")
    prices = [line["price_data"] | {"quantity": line["quantity"]} for line in asked["line_items"]]
    currency = prices[0]["currency"]
    total = sum(int(price["unit_amount"]) * int(price["quantity"]) for price in prices)
    _check_amount(total, currency.upper())
    session = books.add(
        "cs_test",
        "checkout.session",
        amount_subtotal=total,
        amount_total=total,
        cancel_url=asked.get("cancel_url"),
        client_reference_id=asked.get("client_reference_id"),
        currency=currency,
        customer_email=asked.get("customer_email"),
        expires_at=_end(asked.get("expires_at")),
        mode="payment",
        payment_intent=None,
        payment_status="unpaid",
        status="open",
        success_url=asked["success_url"],
        metadata=asked.get("metadata", {}),
        _intent=asked.get("payment_intent_data", {}),
        _title=prices[0]["product_data"]["name"],
    )
    session["url"] = f"{base_url}/c/pay/{session['id']}"
    return session


def _check_amount(total: int, currency: str) -> None:
    if len(currency) != 3 or not currency.isalpha():
        raise error(f"Invalid currency: {currency.lower()}.", param="currency")
    least = 50 if currency in _NO_DECIMALS else 500 if currency in _THREE_DECIMALS else 50
    if total < least:
        raise error(
            "The Checkout Session's total amount due must add up to at least the minimum.",
            code="amount_too_small",
        )
    if total > 99999999:
        raise error("Amount must be no more than 99999999.", code="amount_too_large")
    if currency in _THREE_DECIMALS and total % 10 or currency in _WHOLE_HUNDREDS and total % 100:
        raise error(f"Invalid amount for {currency.lower()}: {total}.", code="parameter_invalid_integer")


def _end(asked: Any) -> int:
    now = int(time.time())
    if asked is None:
        return now + 24 * 60 * 60
    if int(asked) < now + 30 * 60:
        raise error("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
    if int(asked) > now + 24 * 60 * 60:
        raise error("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
    return int(asked)
