"""What a guest has comes along: by signing up in a browser with scripts, by one button without."""

import re

import pytest
from playwright.sync_api import expect

from tests.test_purchase import answer_checkout

pytestmark = [pytest.mark.browser]
CODE = "1234"  # every one-time code of the demo


def fill_a_visit(page):
    """Look at two things, save one of them from the shelf and one from its page, put one in the basket."""
    page.goto("/product/country-loaf/")
    page.goto("/products/")
    heart = page.get_by_role("button", name="Save Morning mug").first
    assert heart.get_attribute("aria-pressed") == "false"
    heart.click()
    expect(page.locator("#messages")).to_contain_text("Morning mug is saved for later.")
    expect(page.get_by_role("button", name="Save Morning mug").first).to_have_attribute(
        "aria-pressed", "true"
    )
    page.goto("/product/field-backpack/?variant=FIELD-BACKPACK-FOREST")
    page.get_by_role("button", name=re.compile("^Save for later")).click()
    pressed = page.get_by_role("button", name=re.compile("^Save for later"))
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert "variant=FIELD-BACKPACK-FOREST" in page.url
    page.get_by_role("button", name="Add to basket").first.click()


def has_all_of_it(page):
    page.goto("/wishlist/")
    saved = page.locator(".lines")
    expect(saved).to_contain_text("Morning mug")
    expect(saved).to_contain_text("Field backpack, Forest")
    seen = page.get_by_role("region", name="You looked at these")
    expect(seen).to_contain_text("Country loaf")
    page.goto("/cart/")
    expect(page.locator("main")).to_contain_text("Field backpack")


def test_a_guest_signs_up_and_has_everything(page):
    fill_a_visit(page)
    expect(page.get_by_role("dialog")).to_contain_text("Field backpack")
    has_all_of_it(page)
    page.goto("/account/signup/")
    page.get_by_label("Your name").fill("Gwen Guest")
    page.get_by_label("Email address").fill("gwen@example.com")
    page.get_by_label("Password", exact=True).first.fill("quiet-harbour-42")
    page.locator("main").get_by_role("button", name="Make an account").click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Confirm the address").click()
    page.wait_for_url("**/account/")
    has_all_of_it(page)
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/wishlist/")
    expect(page.locator("main")).to_contain_text("Nothing saved yet")
    expect(page.get_by_role("region", name="You looked at these")).to_have_count(0)
    # And back, by a code instead of the password.
    page.goto("/account/login/")
    page.get_by_role("link", name="Email me a code instead").click()
    page.get_by_label("Email address").fill("Gwen@example.com")
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/account/")
    has_all_of_it(page)


def test_one_button_after_a_purchase_without_scripts(new_page, axe, shop_server):
    page = new_page(java_script_enabled=False)
    fill_a_visit(page)
    page.goto("/checkout/")
    answer_checkout(page, "keeper@example.com")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Approve the payment").click()
    thanks = page.url
    page.get_by_role("button", name="Keep this in an account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    page.get_by_label("Code").fill("999999")
    page.get_by_role("button", name="Keep it in an account").click()
    expect(page.locator("main")).to_contain_text("This code is not right")
    page.get_by_label("Code").fill(CODE)
    page.get_by_role("button", name="Keep it in an account").click()
    expect(page.locator("#messages")).to_contain_text("is in your account. You are signed in.")
    assert page.get_by_role("link", name=re.compile("^Order ")).count() == 1
    page.goto("/account/addresses/")
    expect(page.locator("main")).to_contain_text("Hauptstr. 5")
    page.goto("/wishlist/")
    expect(page.locator(".lines")).to_contain_text("Field backpack, Forest")
    page.get_by_role("button", name=re.compile("^Move to basket.*Forest")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your basket")
    page.goto(thanks)
    expect(page.get_by_role("button", name="Keep this in an account")).to_have_count(0)
    rows = shop_server.rows("SELECT id FROM customers_user WHERE email = ?", "keeper@example.com")
    assert len(rows) == 1


def test_the_pages_on_the_way_have_nothing_for_axe_to_find(new_page, axe):
    from tests.test_pages_everywhere import inspect, press

    page = new_page(reduced_motion="reduce")
    fill_a_visit(page)
    page.goto("/wishlist/")
    press(page, "Make a link")
    found = inspect(page, axe, "wishlist")
    with page.expect_navigation():
        page.locator("a[href*='/wishlist/shared/']").first.click()
    found += inspect(page, axe, "shared wishlist")
    page.goto("/account/email-code/")
    page.get_by_label("Email address").fill("axe@example.com")
    press(page, "Email me a code", within="main")
    found += inspect(page, axe, "code")
    page.get_by_label("Code").fill("999999")
    press(page, "Sign in", within="main")
    found += inspect(page, axe, "wrong code")
    page.get_by_label("Code").fill(CODE)
    press(page, "Sign in", within="main")
    page.goto("/account/orders/older/")
    found += inspect(page, axe, "older orders")
    page.get_by_label("Email address").fill("someone@example.com")
    press(page, "Send me a code", within="main")
    found += inspect(page, axe, "code for older orders")
    assert found == []
