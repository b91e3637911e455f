"""Passkeys in a real browser, with an authenticator that the browser plays."""

import pytest
from playwright.sync_api import expect

from tests.shop_server import running_shop
from tests.test_pages_everywhere import press

pytestmark = [pytest.mark.browser]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def shop():
    with running_shop("passkeys") as server:
        yield server


@pytest.fixture
def page(browser, shop):
    """A page of this shop under a name, as passkeys need it; what its policy forbids fails the test."""
    context = browser.new_context(base_url=f"http://localhost:{shop.port}", reduced_motion="reduce")
    context.set_default_timeout(15000)
    shop.write("DELETE FROM mfa_authenticator")
    said = []
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(f"script error: {error.error}"))
    yield context.new_page()
    context.close()
    assert not [words for words in said if "Content Security Policy" in words or "script error" in words]


@pytest.fixture
def authenticator(page):
    """Switches the browser's authenticator on; `authenticator("setUserVerified", …)` tells it something."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return lambda order, **more: session.send(f"WebAuthn.{order}", made | more)


def heading(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def by_password(page, email="ada@alcove.example", password="alcove-demo-ada"):
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    press(page, "Sign in", within="main")


def sign_out(page):
    page.goto("/account/logout/")
    press(page, "Sign out", within="main")


def sure(page):
    """Show once more who one is, where the page asks: a while after the sign-in it does."""
    if "reauthenticate" not in page.url:
        return
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill("alcove-demo-ada")
        press(page, "Continue", within="main")
    else:
        press(page, "Use a passkey")


def add_passkey(page, name):
    page.goto("/account/2fa/webauthn/add/")
    sure(page)
    page.get_by_label("Name of the passkey").fill(name)
    press(page, "Make the passkey")


def test_a_passkey_from_its_making_to_its_end(page, authenticator):
    by_password(page)
    add_passkey(page, "My phone")
    page.goto("/account/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("My phone")
    press(page, "Rename My phone", role="link")
    sure(page)
    page.get_by_label("Name of the passkey").fill("My old phone")
    press(page, "Save the name")
    expect(page.locator("main")).to_contain_text("My old phone")

    sign_out(page)
    page.goto("/account/login/")
    press(page, "Sign in with a passkey")
    heading(page, "Hello, Ada")

    sign_out(page)
    by_password(page)
    heading(page, "Your second step")
    press(page, "Use a passkey")
    heading(page, "Hello, Ada")

    page.goto("/account/2fa/webauthn/")
    press(page, "Remove My old phone", role="link")
    sure(page)
    press(page, "Remove it")
    page.goto("/account/2fa/webauthn/")
    heading(page, "Your passkeys")
    expect(page.locator("main")).to_contain_text("You have not added one yet.")


def test_who_is_not_let_in_by_their_phone_is_told(page, authenticator):
    by_password(page)
    authenticator("setUserVerified", isUserVerified=False)
    page.goto("/account/2fa/webauthn/add/")
    sure(page)
    page.get_by_label("Name of the passkey").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("alert").filter(has_text="No passkey was made. Try again.")).to_be_visible()
