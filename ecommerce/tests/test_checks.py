"""Unsafe production values are refused, one by one, and a safe set passes."""

import pytest

from ecommerce.checks import (
    check_demo_mode,
    check_files,
    check_fixed_code,
    check_messages,
    check_production,
    check_webhooks,
    is_local,
)


@pytest.fixture
def production(settings, monkeypatch):
    """Settings of a shop that may open."""
    settings.DEBUG = False
    settings.DEMO_MODE = False
    settings.HTTPS = True
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.PAYMENT_GATEWAYS = ["bank_transfer"]
    settings.FIXED_ONE_TIME_CODE = ""
    settings.SMS_URL = "https://token@sms.example/send"
    settings.TWILIO_API = "https://api.twilio.com"
    monkeypatch.setenv("SECRET_KEY", "k" * 64)
    return settings


CHECKS = (check_demo_mode, check_fixed_code, check_production, check_messages)


def found():
    return [message.id.removeprefix("ecommerce.") for check in CHECKS for message in check(None)]


def test_safe_values_pass(production):
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("DEMO_MODE", True, "E001"),
        ("DEBUG", True, "E002"),
        ("HTTPS", False, "E003"),
        ("ALLOWED_HOSTS", ["shop.example", "*"], "E005"),
        ("PAYMENT_GATEWAYS", ["bank_transfer", "demo"], "E006"),
        ("FIXED_ONE_TIME_CODE", "1234", "E010"),
        ("SMS_URL", "https://sms.example/without-a-token", "E011"),
        ("SMS_URL", "", "W001"),
    ],
)
def test_each_unsafe_value_is_refused(production, name, value, number):
    setattr(production, name, value)
    assert found() == [number]


@pytest.mark.parametrize("key", ["", None])
def test_a_secret_key_that_nobody_set_is_refused(production, monkeypatch, key):
    monkeypatch.delenv("SECRET_KEY")
    if key is not None:
        monkeypatch.setenv("SECRET_KEY", key)
    assert found() == ["E004"]


def test_every_message_says_what_to_set(production, monkeypatch):
    production.DEBUG, production.HTTPS, production.ALLOWED_HOSTS = True, False, ["*"]
    production.PAYMENT_GATEWAYS = ["demo"]
    production.DEMO_MODE = True
    production.SITE_URL = "http://shop.example"
    monkeypatch.delenv("SECRET_KEY")
    messages = check_demo_mode(None) + check_production(None)
    assert len(messages) == 6
    for message, variable in zip(
        messages,
        ["SHOP_DEMO", "DEBUG", "SITE_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PAYMENT_METHODS"],
        strict=True,
    ):
        assert variable in message.hint


@pytest.mark.parametrize(
    ("site_url", "local"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://192.168.1.20:8000", True),
        ("http://93.184.216.34", False),
        ("http://shop.example", False),
        ("http://localhost.shop.example", False),
    ],
)
def test_which_addresses_are_local(site_url, local):
    assert is_local(site_url) is local


def test_the_demo_may_run_at_home(production):
    production.DEMO_MODE, production.HTTPS, production.SITE_URL = True, False, "http://127.0.0.1:8000"
    assert check_demo_mode(None) == []


def test_a_fixed_code_is_for_trying_out(production):
    production.FIXED_ONE_TIME_CODE, production.HTTPS = "1234", False
    production.SITE_URL = "http://127.0.0.1:8000"
    assert check_fixed_code(None) == []
    assert "E010" in found(), "a deployment is refused, wherever it is"
    production.DEMO_MODE = True
    assert "E010" not in found()
    production.DEMO_MODE, production.SITE_URL = False, "http://shop.example"
    assert [error.id for error in check_fixed_code(None)] == ["ecommerce.E010"]


def test_codes_travel_to_twilio_by_https(production):
    production.SMS_URL = "twilio://SID:TOKEN@?from=+4915123456789"
    assert found() == []
    production.TWILIO_API = "http://api.twilio.example"
    assert found() == ["E012"]


def test_webhooks_into_the_own_network_are_warned_of(production):
    production.WEBHOOKS_ALLOW_PRIVATE = False
    assert check_webhooks(None) == []
    production.WEBHOOKS_ALLOW_PRIVATE = True
    (warning,) = check_webhooks(None)
    assert warning.id == "ecommerce.W002" and "WEBHOOKS_ALLOW_PRIVATE" in warning.hint


@pytest.mark.parametrize(
    ("bucket", "endpoint", "numbers"),
    [
        ("", "http://store.example", []),
        ("shop", "", []),
        ("shop", "https://store.example", []),
        ("shop", "http://store.example", ["ecommerce.W010"]),
    ],
)
def test_a_store_without_https_is_warned_about(production, bucket, endpoint, numbers):
    production.AWS_STORAGE_BUCKET_NAME, production.AWS_S3_LINK_ENDPOINT_URL = bucket, endpoint
    assert [message.id for message in check_files(None)] == numbers
