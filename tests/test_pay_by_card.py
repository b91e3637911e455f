"""Paying by card as people do: to Stripe's page, a card that is declined, another, and back."""

import re

import pytest
from playwright.sync_api import expect

from payments.tests.stripe_shop import WEBHOOK, stripe_environment, things
from tests.fakes.process import running_fake
from tests.shop_server import running_shop
from tests.test_purchase import PRODUCT, answer_checkout

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def stripe():
    with running_fake("stripe") as fake:
        yield fake


@pytest.fixture(scope="module")
def shop(stripe):
    with running_shop("stripe", **stripe_environment(stripe)) as server:
        stripe.tell("settings", webhook_url=f"{server.url}{WEBHOOK}")
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


def test_a_guest_pays_by_card_without_scripts(page, shop, stripe):
    page.goto(PRODUCT)
    page.get_by_role("button", name="Add to basket").first.click()
    page.get_by_role("link", name="To the checkout").click()
    answer_checkout(page, "card@example.com")
    page.get_by_label("Card, Apple Pay or Google Pay").check()
    page.get_by_role("button", name=re.compile("^Pay")).click()
    expect(page.get_by_text(re.compile(r"^Order .*: 6\d00 eur"))).to_be_visible()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Go on: Card, Apple Pay or Google Pay").click()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Kim Kaiser")
    answers = stripe.tell("wait")
    assert len(answers) == 6 and {answer["status"] for answer in answers} == {200}
    (order,) = shop.rows("SELECT * FROM orders_order WHERE email = ?", "card@example.com")
    assert (order["payment_status"], order["amount_paid"]) == ("paid", order["total"])
    assert [one["status"] for one in things(stripe, "charge")] == ["failed", "succeeded"]
    assert shop.mails(to="card@example.com")
