"""Buying as people do: with a mouse, without scripts, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser]

PRODUCT = "/product/field-backpack/"


def answer_checkout(page, email):
    """From the first question to the last page."""
    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Continue as guest").click()
    page.get_by_label("Full name").first.fill("Kim Kaiser")
    page.get_by_label("Street and house number").first.fill("Hauptstr. 5")
    page.get_by_label("Postal code").first.fill("10 115")
    page.get_by_label("Town or city").first.fill("Berlin")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How should it come?")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers, then pay")


def test_a_guest_buys_with_the_drawer_declines_tries_again_and_tracks(page, shop_server):
    page.goto("/")
    page.get_by_role("link", name="Field backpack").first.click()
    page.get_by_role("button", name="Add to basket").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Field backpack")
    expect(page.locator("#announce")).to_contain_text("is in your basket")
    drawer.get_by_role("button", name=re.compile("One more")).click()
    expect(drawer).to_contain_text("€128.00")
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    page.get_by_role("link", name=re.compile("Basket")).first.click()
    drawer.get_by_role("link", name="To the checkout").click()
    answer_checkout(page, "drawer@example.com")
    pay = page.get_by_role("button", name=re.compile("^Pay"))
    total = pay.inner_text().removeprefix("Pay").strip()
    pay.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(total)
    page.get_by_role("button", name="Decline it").click()
    expect(page.get_by_role("alert")).to_contain_text("You have not been charged")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Approve the payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Kim Kaiser")
    page.reload()
    number = page.locator("main strong").first.inner_text()
    assert len(shop_server.rows("SELECT id FROM orders_order WHERE email = ?", "drawer@example.com")) == 1
    page.goto("/track/")
    page.get_by_label("Order number").fill(number.lower())
    page.get_by_label("Email address").fill("drawer@example.com")
    page.get_by_role("button", name="Find my order").click()
    expect(page.locator("main")).to_contain_text("Payment received")


def test_a_guest_buys_without_scripts_another_variant_with_a_code(new_page, shop_server):
    page = new_page(java_script_enabled=False)
    page.goto(PRODUCT)
    page.goto(f"{PRODUCT}?variant=FIELD-BACKPACK-FOREST")
    assert page.get_by_role("radio", name=re.compile("Forest")).is_checked()
    page.get_by_label(re.compile("Quantity")).first.fill("2")
    page.get_by_role("button", name="Add to basket").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your basket")
    expect(page.locator("main")).to_contain_text("Forest")
    page.locator("summary", has_text="discount code").click()
    page.get_by_label("Discount code").fill("welcome10")
    page.get_by_role("button", name="Use the code").click()
    expect(page.locator("main")).to_contain_text("-€12.80")
    page.get_by_role("link", name="To the checkout").click()
    answer_checkout(page, "noscript@example.com")
    page.get_by_role("button", name=re.compile("^Pay")).click()
    page.get_by_role("button", name="Approve the payment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Kim Kaiser")
    page.get_by_role("link", name="Follow the order").click()
    expect(page.locator("main")).to_contain_text("Payment received")
    (order,) = shop_server.rows("SELECT total FROM orders_order WHERE email = ?", "noscript@example.com")
    assert round(order["total"], 2) == 115.20


# The focused element, whether its outline shows, and whether it lies in sight and uncovered.
FOCUS = """() => {
  const node = document.activeElement, box = node.getBoundingClientRect(), css = getComputedStyle(node);
  const shape = node.closest("label") || node;
  const rings = [css, getComputedStyle(shape), getComputedStyle(node, "::after")];
  const ring = rings.some(one => one.outlineStyle !== "none" && parseFloat(one.outlineWidth) >= 2);
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  const top = document.elementFromPoint(x, y);
  const seen = top && (node.contains(top) || top.contains(node) || shape.contains(top));
  return {name: (node.innerText || node.value || node.ariaLabel || node.name || "").trim().slice(0, 60),
    tag: node.tagName, ring, seen: Boolean(seen), inside: y >= 0 && y <= innerHeight};
}"""


def tab_to(page, wanted, *, limit=120):
    """Press Tab until `wanted` has the focus; every stop must be seen."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        stop = page.evaluate(FOCUS)
        assert stop["ring"], f"no outline on {stop}"
        assert stop["inside"] and stop["seen"], f"focus is hidden on {stop}"
        if wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError("the focus never got there")


def type_into(page, label, text):
    tab_to(page, page.get_by_label(label).first)
    page.keyboard.type(text)


def test_a_guest_buys_by_keyboard_alone(page, shop_server):
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, page.locator(".card a", has_text="Field backpack").first)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(PRODUCT))
    tab_to(page, page.get_by_role("button", name="Add to basket").first)
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Field backpack")
    tab_to(page, drawer.get_by_role("link", name="To the checkout"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/contact/")
    type_into(page, "Email address", "keys@example.com")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/address/")
    for label, text in (
        ("Full name", "Kim Kaiser"),
        ("Street and house number", "Hauptstr. 5"),
        ("Postal code", "10115"),
        ("Town or city", "Berlin"),
    ):
        type_into(page, label, text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/delivery/")
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Space")
    page.wait_for_url("**/checkout/review/")
    tab_to(page, page.get_by_role("radio", name=re.compile("Card")))
    page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name=re.compile("^Pay")))
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks/")
    (order,) = shop_server.rows("SELECT payment_method FROM orders_order WHERE email = ?", "keys@example.com")
    assert order["payment_method"] == "bank_transfer"
