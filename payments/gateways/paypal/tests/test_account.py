"""The shop's own name and secret at PayPal, its tokens, and what of all that is written down."""

import logging

import pytest
from django.core.checks import run_checks

from payments.gateways import offered
from payments.gateways.base import GatewayError
from payments.models import GatewayEvent
from payments.services.payments import start_payment
from tests.fakes.paypal import CLIENT
from tests.fakes.paypal_books import PAYER

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def tokens_asked(paypal):
    return len(paypal.requests("/v1/oauth2/token"))


def test_one_token_serves_many_calls(shopper, fake_paypal):
    shopper.pay()
    assert tokens_asked(fake_paypal) == 1 and len(fake_paypal.requests("/v2/")) > 2


def test_a_token_that_ended_is_renewed_and_nothing_is_done_twice(shopper, fake_paypal):
    page = shopper.go_to_paypal()
    fake_paypal.tell("end_tokens")
    shopper.choose(page, "approve")
    assert shopper.status == ("captured", "paid") and len(shopper.money_at_paypal()) == 1
    assert tokens_asked(fake_paypal) == 2


def test_a_token_about_to_end_is_not_kept(shopper, fake_paypal):
    fake_paypal.tell("settings", expires_in=30)
    shopper.pay()
    assert shopper.status == ("captured", "paid")
    assert tokens_asked(fake_paypal) == len(fake_paypal.requests("/v2/"))


def test_a_wrong_secret_decides_nothing_about_a_payment(shopper, fake_paypal, settings):
    settings.PAYPAL_CLIENT_SECRET = "mistyped"
    with pytest.raises(GatewayError):
        start_payment(payment=shopper.payment)
    assert shopper.status == ("pending", "unpaid")


def test_without_a_name_or_secret_paypal_is_not_offered_and_not_asked(shopper, fake_paypal, settings):
    settings.PAYPAL_CLIENT_SECRET = ""
    assert "paypal" not in [gateway.code for gateway in offered()]
    with pytest.raises(GatewayError):
        start_payment(payment=shopper.payment)
    assert fake_paypal.requests() == []


def test_no_secret_and_nobodys_data_is_logged(shopper, fake_paypal, caplog):
    caplog.set_level(logging.DEBUG)
    fake_paypal.go_wrong("/v2/checkout/orders$", "drop_before")
    shopper.press_pay()
    shopper.pay("decline")
    shopper.pay()
    assert "INSTRUMENT_DECLINED" in caplog.text and "deb0990d" in caplog.text
    for private in (CLIENT[1], "A21AA", "Bearer", PAYER["email_address"], PAYER["name"]["surname"]):
        assert private not in caplog.text
    assert not GatewayEvent.objects.exists()


def found(settings, **changed):
    for name, value in changed.items():
        setattr(settings, name, value)
    checks = run_checks(tags=["security"], include_deployment_checks=True)
    return {check.id for check in checks if check.id and check.id.startswith("payments.E20")}


def test_a_deployment_is_told_what_paypal_needs(settings):
    assert found(settings, PAYPAL_CLIENT_ID="") == set()
    right = {"PAYPAL_CLIENT_ID": "id", "PAYPAL_CLIENT_SECRET": "secret", "PAYPAL_WEBHOOK_ID": "1AB"}
    right["PAYPAL_API"] = "https://api-m.sandbox.paypal.com"
    assert found(settings, **right) == set()
    wrong = {
        "PAYPAL_CLIENT_SECRET": "",
        "PAYPAL_WEBHOOK_ID": "",
        "PAYPAL_API": "http://api-m.paypal.com",
        "SHOP_CURRENCY": "KWD",
    }
    assert found(settings, **wrong) == {f"payments.E20{number}" for number in (1, 2, 3, 4)}
