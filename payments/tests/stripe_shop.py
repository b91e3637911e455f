"""A shop that takes its money by a fake Stripe. `payments/tests/conftest.py` offers the fixtures to
tests of this app; tests elsewhere import them:

    from payments.tests.stripe_shop import fake_stripe, stripe_process  # noqa: F401

    def test_paying(fake_stripe, client):
        order, payment = order_at_stripe()            # placed, and its page at Stripe is open
        fake_stripe.tell("pay")                       # the shopper pays there
        client.get(return_url(payment))               # and comes back
        deliver(client, fake_stripe)                  # Stripe's signed messages, by the real route

`tests/fakes/stripe.py` lists the verbs of `fake_stripe.tell`. Messages are sent by the fake itself
only after `fake_stripe.tell("settings", webhook_url=…)`, say to a `live_server` (`webhook_url`).
The shop asks Stripe twice before it gives up, so what goes wrong must do so twice: `break_stripe`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from orders.models import Order
from orders.tests.factories import OrderFactory
from payments.models import Payment
from payments.services.payments import settle, start_payment
from tests.fakes.process import Fake, running_fake
from tests.fakes.stripe import API_KEY, SECRET

WEBHOOK = "/api/payments/webhooks/stripe"


@pytest.fixture(scope="session")
def stripe_process() -> Iterator[Fake]:
    with running_fake("stripe") as fake:
        yield fake


@pytest.fixture
def fake_stripe(stripe_process: Fake, settings: Any) -> Fake:
    """Stripe with empty books, and the shop's settings for it."""
    stripe_process.tell("reset")
    for name, value in stripe_environment(stripe_process).items():
        setattr(settings, name, value)
    return stripe_process


def stripe_environment(fake: Fake) -> dict[str, str]:
    """The environment of a shop server that uses the fake."""
    return {
        "STRIPE_SECRET_KEY": API_KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API": fake.url,
        "STRIPE_PAGES": fake.url,
    }


def order_at_stripe(*variants: Any, **wanted: Any) -> tuple[Order, Payment]:
    """An order whose shopper is looking at Stripe's page."""
    order = OrderFactory(*variants, payment_method="stripe", **wanted)
    payment = Payment.objects.get(order=order)
    start_payment(payment=payment)
    payment.refresh_from_db()
    return order, payment


def paid_at_stripe(fake: Fake, *variants: Any, **wanted: Any) -> tuple[Order, Payment]:
    """An order that was paid at Stripe, and the shop knows."""
    order, payment = order_at_stripe(*variants, **wanted)
    fake.tell("pay", session=payment.external_id)
    payment = settle(payment=payment)
    order.refresh_from_db()
    return order, payment


def return_url(payment: Payment) -> str:
    return reverse("payments:return", args=[payment.reference])


def webhook_url(live_server: Any) -> str:
    return f"{live_server.url}{WEBHOOK}"


def post_event(client: Any, body: str | bytes, signature: str) -> Any:
    return client.post(
        WEBHOOK, data=body, content_type="application/json", headers={"stripe-signature": signature}
    )


def deliver(client: Any, fake: Fake, **which: Any) -> list[Any]:
    """Post events of the fake (all, or by `kinds`, `ids`, `secret`, `timestamp`) to the webhook's route."""
    return [post_event(client, one["body"], one["signature"]) for one in fake.tell("signed", **which)]


def break_stripe(fake: Fake, path: str, do: str = "drop_before", **how: Any) -> None:
    """One question of the shop at `path` (a regex) goes wrong, asked again and all."""
    fake.go_wrong(path, do, times=how.pop("times", 2), **how)


def things(fake: Fake, kind: str) -> list[dict[str, Any]]:
    """What the fake has in its books of a kind, such as "refund", oldest first."""
    return [one for one in fake.tell("books")["things"] if one["object"] == kind]
