"""A shop that takes its money by a fake PayPal. Tests elsewhere import the fixtures:

    from payments.gateways.paypal.tests.shop import fake_paypal, paypal_process  # noqa: F401

    def test_paying(fake_paypal):
        shopper = PayPalShopper(fake_paypal, OrderFactory(payment_method="paypal"))
        shopper.pay()                                 # "Pay", agree at PayPal, and come back
        assert shopper.status == ("captured", "paid")

`tests/fakes/paypal.py` has the verbs of `fake_paypal.tell`. Messages wait until `tell("send")`, or go
out by themselves after `tell("settings", webhook_url=…)`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments.models import Payment
from tests.fakes.paypal import CLIENT
from tests.fakes.paypal_webhooks import WEBHOOK_ID
from tests.fakes.process import Fake, running_fake

WEBHOOK = "/api/payments/webhooks/paypal"


@pytest.fixture(scope="session")
def paypal_process() -> Iterator[Fake]:
    with running_fake("paypal") as fake:
        yield fake


@pytest.fixture
def fake_paypal(paypal_process: Fake, settings: Any) -> Fake:
    """PayPal with empty books, and the shop's settings for it."""
    paypal_process.tell("reset")
    for name, value in paypal_environment(paypal_process).items():
        setattr(settings, name, value)
    return paypal_process


def paypal_environment(fake: Fake) -> dict[str, str]:
    """The environment of a shop server that uses the fake."""
    return {
        "PAYPAL_CLIENT_ID": CLIENT[0],
        "PAYPAL_CLIENT_SECRET": CLIENT[1],
        "PAYPAL_WEBHOOK_ID": WEBHOOK_ID,
        "PAYPAL_CAPTURE": "automatic",
        "PAYPAL_API": fake.url,
        "PAYPAL_PAGES": fake.url,
    }


class PayPalShopper:
    """Somebody with an order, who walks between the shop's pages and PayPal's."""

    def __init__(self, paypal: Fake, order: Order) -> None:
        self.paypal, self.order, self.browser = paypal, order, Client()
        self.pay_page = reverse("payments:start", args=[order.token])

    @property
    def payment(self) -> Payment:
        return Payment.objects.filter(order=self.order).latest("pk")

    @property
    def status(self) -> tuple[str, str]:
        self.order.refresh_from_db()
        return self.payment.status, self.order.payment_status

    def press_pay(self, method: str = "paypal") -> Any:
        return self.browser.post(self.pay_page, {"payment_method": method})

    def go_to_paypal(self) -> str:
        """The address of PayPal's page, where "Pay" led."""
        answer = self.press_pay()
        assert answer.status_code == 302, answer.content.decode()
        return answer.headers["Location"]

    def choose(self, page: str, choice: str) -> Any:
        """Press a button there: "approve", "decline" or "cancel"; the shop's page one lands on."""
        answer = requests.post(page, data={"choice": choice}, timeout=30, allow_redirects=False)
        return self.browser.get(answer.headers["Location"], follow=True)

    def pay(self, choice: str = "approve") -> Any:
        return self.choose(self.go_to_paypal(), choice)

    def at_paypal(self) -> dict[str, Any]:
        """The order as PayPal has it."""
        return self.paypal.tell("order", order=self.payment.external_id)

    def money_at_paypal(self, kind: str = "captures") -> list[dict[str, Any]]:
        return self.at_paypal()["purchase_units"][0].get("payments", {}).get(kind, [])
