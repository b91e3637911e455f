"""Signing in through the real buttons, in a browser: by mobile, by Google, by Facebook."""

import pytest
from playwright.sync_api import expect

from tests.fakes.process import running_fake
from tests.fakes.social import CLIENT, SECRET
from tests.shop_server import running_shop
from tests.test_pages_everywhere import OVERFLOW, light_and_dark

pytestmark = [pytest.mark.browser]


@pytest.fixture(scope="module")
def fake():
    with running_fake("social") as process:
        yield process


@pytest.fixture(scope="module")
def shop(fake):
    environment = {"GOOGLE_PAGES": fake.url, "GOOGLE_API": fake.url}
    environment |= {"FACEBOOK_PAGES": fake.url, "FACEBOOK_API": fake.url}
    environment |= {"GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_CLIENT_SECRET": SECRET}
    environment |= {"FACEBOOK_APP_ID": CLIENT, "FACEBOOK_APP_SECRET": SECRET}
    with running_shop("social", **environment) as server:
        yield server


@pytest.fixture
def page(browser, shop):
    """A page of this shop without scripts; what its policy forbids fails the test."""
    context = browser.new_context(base_url=shop.url, java_script_enabled=False, reduced_motion="reduce")
    said = []
    context.on("console", lambda message: said.append(message.text))
    yield context.new_page()
    context.close()
    assert not [words for words in said if "Content Security Policy" in words]


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_by_mobile_without_scripts(page, shop):
    page.goto("/account/login/?next=/cart/")
    page.get_by_role("link", name="Mobile number").click()
    page.get_by_label("Mobile number").fill("0151 23456789")
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_text("Demo: the code is 1234.")).to_be_visible()
    page.get_by_label("Code").fill("1234")
    page.get_by_role("button", name="Sign in").click()
    heading(page, "Welcome")
    page.get_by_label("Your name").fill("Kim Kaiser")
    page.get_by_label("Email address").fill("kim@example.com")
    page.get_by_role("button", name="Save").click()
    heading(page, "Look at your email")
    page.get_by_label("Code").fill("1234")
    page.get_by_role("button", name="Confirm the address").click()
    expect(page).to_have_url(f"{shop.url}/cart/")
    (kim,) = shop.rows("SELECT * FROM customers_user WHERE email = ?", "kim@example.com")
    assert (kim["phone"], kim["name"]) == ("+4915123456789", "Kim Kaiser")


def test_by_google_without_scripts(page, shop, fake):
    fake.tell("person", sub="2001", email="gil@example.com", name="Gil Google", verified=True)
    page.goto("/account/login/")
    page.get_by_role("button", name="Continue with Google").click()
    heading(page, "Agree?")
    page.get_by_role("button", name="Cancel").click()
    heading(page, "You are not signed in")
    page.get_by_role("link", name="Back to sign-in").click()
    page.get_by_role("button", name="Continue with Google").click()
    page.get_by_role("button", name="Allow").click()
    heading(page, "Hello, Gil")


def test_by_facebook_the_address_is_proven_first(page, shop, fake):
    fake.tell("person", sub="3001", email="fay@example.com", name="Fay Facebook")
    page.goto("/account/signup/")
    page.get_by_role("button", name="Continue with Facebook").click()
    page.get_by_role("button", name="Allow").click()
    heading(page, "Your email address")
    expect(page.get_by_label("Email address")).to_have_value("fay@example.com")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill("1234")
    page.get_by_role("button", name="Continue").click()
    heading(page, "Hello, Fay")
    page.get_by_role("link", name="Facebook and Google").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("alert")).to_contain_text("This is your only way in")


def test_its_pages_are_for_everybody(browser, shop, fake, axe):
    fake.tell("person", sub="4001", email="", name="Nobody")
    context = browser.new_context(base_url=shop.url, reduced_motion="reduce")
    page, found = context.new_page(), []

    def look(name):
        found.extend(light_and_dark(page, axe, name))
        page.set_viewport_size({"width": 320, "height": 640})
        if page.evaluate(OVERFLOW) > 0:
            found.append(f"{name}: wider than 320 px")
        page.set_viewport_size({"width": 1280, "height": 800})

    page.goto("/account/login/")
    look("sign in")
    page.goto("/account/google/login/")
    look("continue?")
    page.goto("/account/google/login/callback/?state=none")
    look("did not work")
    page.goto("/account/code/")
    page.get_by_label("Mobile number").fill("+49 151 23456788")
    page.get_by_role("button", name="Send me a code").click()
    look("code")
    page.get_by_label("Code").fill("9999")
    page.get_by_role("button", name="Sign in").click()
    look("wrong code")
    page.goto("/account/signup/")
    page.get_by_role("button", name="Continue with Facebook").click()
    page.get_by_role("button", name="Allow").click()
    look("address")
    page.get_by_label("Email address").fill("axe@example.com")
    page.get_by_role("button", name="Send me a code").click()
    look("address code")
    page.get_by_label("Code").fill("1234")
    page.get_by_role("button", name="Continue").click()
    page.goto("/account/3rdparty/")
    look("connections")
    context.close()
    assert not found
