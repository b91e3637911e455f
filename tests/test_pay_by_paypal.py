"""Paying by PayPal as people do: away from its page, back to it, a card that is declined, another try."""

import re

import pytest
from playwright.sync_api import expect

from payments.gateways.paypal.tests.shop import WEBHOOK, paypal_environment
from tests.fakes.process import running_fake
from tests.shop_server import running_shop
from tests.test_purchase import PRODUCT, answer_checkout

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def paypal():
    with running_fake("paypal") as fake:
        yield fake


@pytest.fixture(scope="module")
def shop(paypal):
    with running_shop("paypal", **paypal_environment(paypal)) as server:
        paypal.tell("settings", webhook_url=f"{server.url}{WEBHOOK}")
        yield server


@pytest.fixture
def page(browser, shop):
    """A page of this shop; what its policy forbids fails the test."""
    context = browser.new_context(base_url=shop.url, java_script_enabled=False, reduced_motion="reduce")
    said = []
    context.on("console", lambda message: said.append(message.text))
    yield context.new_page()
    context.close()
    assert not [words for words in said if "Content Security Policy" in words]


def test_a_guest_pays_by_paypal_without_scripts(page, shop, paypal):
    page.goto(PRODUCT)
    page.get_by_role("button", name="Add to basket").first.click()
    page.get_by_role("link", name="To the checkout").click()
    answer_checkout(page, "petra@example.com")
    page.get_by_label("PayPal").check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    at_paypal = page.get_by_role("heading", name=re.compile(r"^PayPal: pay 6\d\.00 EUR"))
    expect(at_paypal).to_be_visible()
    page.get_by_role("button", name="Cancel and go back").click()
    page.get_by_role("button", name="Go on: PayPal").click()
    expect(at_paypal).to_be_visible()
    page.get_by_role("button", name="Agree, with a card that will be declined").click()
    expect(page.get_by_role("alert")).to_contain_text("You have not been charged")
    page.get_by_label("PayPal").check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Agree and pay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Kim Kaiser")
    paypal.tell("answers")
    (order,) = shop.rows("SELECT * FROM orders_order WHERE email = ?", "petra@example.com")
    assert (order["payment_status"], order["amount_paid"]) == ("paid", order["total"])
    captures = [one["purchase_units"][0].get("payments", {}) for one in paypal.tell("orders")]
    assert [len(one.get("captures", [])) for one in captures] == [0, 1]
    assert shop.mails(to="petra@example.com")
