"""What follows a purchase, in a browser: changed meanwhile, sent elsewhere, sent back, withdrawn; and
the pages on which staff do their part. Nothing for axe to find, and no sideways scrolling."""

import re

import pytest

from tests.test_pages_everywhere import inspect, light_and_dark, press

pytestmark = [pytest.mark.browser]


def link_of(shop, status):
    """The guest's link to the newest order in `status` of which nothing was sent back."""
    rows = shop.rows(
        "SELECT token FROM orders_order WHERE status = ? AND collect_from IS NULL "
        "AND id NOT IN (SELECT order_id FROM orders_return) ORDER BY placed_at DESC LIMIT 1",
        status,
    )
    return f"/orders/{rows[0]['token']}/"


def test_pages_of_sending_back_and_withdrawing(new_page, axe, shop_server):
    page = new_page(reduced_motion="reduce")
    found, order = [], link_of(shop_server, "delivered")

    def look(name):
        found.extend(inspect(page, axe, name))

    page.goto(order)
    press(page, "Send something back", role="link")
    look("return")
    press(page, "Check")
    look("return with error")
    page.get_by_label("How many").first.select_option("1")
    page.get_by_label("Why").first.select_option("damaged")
    press(page, "Check")
    look("return to check")
    press(page, "Ask for this return")
    look("return asked for")
    assert "/returns/R" in page.url
    page.goto(order)
    look("order with a return")
    press(page, "Withdraw from contract here", role="link", within="main")
    look("withdrawal")
    page.get_by_label("Email address").fill("somebody.else@example.com")
    page.get_by_label("Your name").fill("Kim Kaiser")
    press(page, "Go on")
    look("withdrawal that names no order")
    assert found == []


def test_pages_of_an_order_that_is_changed(new_page, axe, shop_server):
    page = new_page(reduced_motion="reduce")
    found, order = [], link_of(shop_server, "processing")
    page.goto(order)
    press(page, "Change the address", role="link")
    found += inspect(page, axe, "change of address")
    page.get_by_label("Postal code").fill("1")
    press(page, "Send it there")
    found += inspect(page, axe, "change of address with error")
    page.goto(order + "returns/RNOSUCH0/")
    found += inspect(page, axe, "no such return")
    assert found == []


def test_what_changed_since_the_shopper_looked_is_a_page_of_its_own(new_page, axe):
    page = new_page(reduced_motion="reduce")
    page.goto("/product/field-backpack/?variant=FIELD-BACKPACK-OCEAN")
    page.get_by_role("button", name="Add to basket").first.click()
    page.get_by_role("dialog").get_by_role("link", name="Field backpack").wait_for()
    page.goto("/checkout/")
    page.get_by_label("Email address").fill("changed@example.com")
    press(page, "Continue as guest")
    answers = {"Full name": "Kim", "Street and house number": "Weg 1", "Postal code": "10115"}
    for label, text in (answers | {"Town or city": "Berlin"}).items():
        page.get_by_label(label).first.fill(text)
    press(page, "Continue")
    press(page, "Continue")
    assert page.get_by_text("We keep your things until").is_visible()
    other = page.context.new_page()
    other.goto("/checkout/address/?change=1")
    other.get_by_label("Street and house number").first.fill("Nebenweg 2")
    press(other, "Continue")
    other.close()
    press(page, re.compile("^Pay"))
    assert page.get_by_role("heading", level=1).inner_text() == "Something changed since you last looked"
    row = page.get_by_role("row", name=re.compile("Delivery address"))
    assert "Weg 1" in row.inner_text() and "Nebenweg 2" in row.inner_text()
    found = inspect(page, axe, "what changed")
    press(page, re.compile("^Pay"))
    assert page.get_by_role("button", name="Approve the payment").is_visible()
    assert found == []


def test_pages_on_which_staff_do_their_part(new_page, axe, shop_server):
    page = new_page(reduced_motion="reduce")
    page.goto("/account/login/")
    page.get_by_label("Email").fill("owner@alcove.example")
    page.get_by_label("Password", exact=True).fill("alcove-demo-owner")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")
    order = shop_server.rows("SELECT id FROM orders_order WHERE status = 'processing'")[0]["id"]
    sent = shop_server.rows(
        "SELECT id FROM orders_order WHERE status = 'delivered' AND amount_paid > 0 AND amount_credited = 0"
    )[0]["id"]
    asked = shop_server.rows("SELECT id FROM orders_return WHERE status = 'requested'")[0]["id"]
    pages = {
        "order": f"/admin/orders/order/{order}/change/",
        "lines of an order": f"/admin/orders/order/{order}/edit/",
        "address of an order": f"/admin/orders/order/{order}/address/",
        "return": f"/admin/orders/return/{asked}/change/",
        "new draft": "/admin/orders/draftorder/add/",
        "preview of a discount": "/admin/orders/discount/1/preview/",
        "try delivery": "/admin/orders/shippingmethod/try/?country=DE&postal_code=10115"
        "&weight_grams=500&subtotal=20&quantity=1",
        "rates to load": "/admin/orders/taxrate/load/",
        "low on stock": "/admin/low-stock/",
        "send money back": f"/admin/orders/order/{sent}/refund/",
        "issue a gift card": "/admin/payments/giftcard/add/",
        "make a webhook": "/admin/webhooks/endpoint/add/",
        "reconciliation": "/admin/reconciliation/",
    }
    # Something for the reconciliation list to find.
    failed = "UPDATE payments_refund SET status = ? WHERE id = (SELECT MIN(id) FROM payments_refund)"
    shop_server.write(failed, "failed")
    found = []
    for name, path in pages.items():
        answer = page.goto(path)
        if answer.status != 200:
            found.append(f"{name}: {answer.status}")
        found += light_and_dark(page, axe, name)
    shop_server.write(failed, "done")
    page.goto(pages["new draft"])
    page.get_by_label("Customer's email address").fill("draft@example.com")
    press(page, "Go on")
    found += light_and_dark(page, axe, "draft")
    page.get_by_label("Add a product by its SKU").fill("backpack")
    press(page, "Save the draft")
    assert page.get_by_text("Did you mean").is_visible()
    found += light_and_dark(page, axe, "draft with error")
    assert found == []
