"""The way to Stripe: its SDK with our key, and its errors in the words of the border."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import stripe
from django.conf import settings

from payments.gateways.base import GatewayError, GatewayRefused

log = logging.getLogger(__name__)
# At DEBUG the SDK writes whole requests and answers, with the secrets of payments in them.
logging.getLogger("stripe").setLevel(logging.INFO)
# Seconds to connect, and to wait for an answer. Nobody stands at the counter longer than that.
TIMEOUT = (4.0, 12.0)
# Asking once more under the same idempotency key is safe, and gets over a line that was dropped.
RETRIES = 1

_WORDS = {
    "amount_too_small": "The amount is too small to be paid this way. Please choose another way to pay.",
    "amount_too_large": "The amount is too large to be paid this way. Please choose another way to pay.",
    "charge_already_refunded": "All of this payment has been sent back already.",
    "charge_disputed": "The shopper's bank disputes this payment: the money goes back by the dispute.",
    "charge_expired_for_capture": "The money was given free again: it was not taken in time.",
    "balance_insufficient": "There is not enough money in the Stripe account to send this back.",
    "email_invalid": "Stripe does not accept this email address.",
    "resource_missing": "Stripe does not know this payment.",
}


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API, TIMEOUT)


@lru_cache(maxsize=4)
def _client(key: str, api: str, timeout: tuple[float, float]) -> stripe.StripeClient:
    """One for each account: it keeps its connections open, one for each thread."""
    return stripe.StripeClient(
        key or "not-set",  # an old payment is asked about after the key was taken away: 401
        base_addresses={"api": api.rstrip("/")},
        http_client=stripe.RequestsClient(timeout=timeout),
        max_network_retries=RETRIES,
    )


@contextmanager
def asking() -> Iterator[None]:
    """Whether Stripe said no for good (GatewayRefused), or it is not known what it did (GatewayError).

    Its own words go to the log and to staff: they name parameters, and no keys or cards.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        # Its message quotes a part of our key.
        log.error("Stripe does not accept STRIPE_SECRET_KEY (%s)", error.http_status)
        raise GatewayError("Paying this way does not work now. Please choose another way.") from None
    except stripe.IdempotencyError as error:
        log.error("Stripe has other parameters under this key (request %s)", error.request_id)
        raise GatewayRefused(
            "This payment was begun with other details. Please start it anew.", code="idempotency"
        ) from None
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        log.warning("Stripe refused: %s (request %s)", error.code or error.param, error.request_id)
        raise GatewayRefused(_words_for(error), code=error.code or "gateway_refused") from None
    except stripe.StripeError as error:
        log.warning("Stripe did not answer: %s %s", type(error).__name__, error.http_status)
        raise GatewayError("The payment provider does not answer. Please try again in a moment.") from None


def _words_for(error: stripe.StripeError) -> str:
    return _WORDS.get(error.code or "") or f"Stripe says: {error.user_message or 'no'}"[:200]
