"""Every page: nothing for axe to find in light and dark, and no sideways scrolling at 320 px."""

import re

import pytest

pytestmark = [pytest.mark.browser]

OPEN_TO_ALL = {
    "home": "/",
    "list": "/products/",
    "filtered": "/products/?min_price=20&max_price=90&rating=4&sort=price",
    "wrong filter": "/products/?min_price=abc",
    "category": "/category/wear/",
    "search": "/search/?q=mug",
    "nothing found": "/search/?q=zzzzzz",
    "product": "/product/field-backpack/",
    "sold out variant": "/product/field-backpack/?variant=FIELD-BACKPACK-SAFFRON",
    "on backorder": "/product/country-loaf/",
    "empty basket": "/cart/",
    "track": "/track/",
    "gift card": "/gift-card/",
    "withdraw": "/withdraw/",
    "contact": "/contact/",
    "delivery": "/pages/delivery/",
    "returns": "/pages/returns/",
    "terms": "/pages/terms/",
    "privacy": "/pages/privacy/",
    "cookies": "/pages/cookies/",
    "imprint": "/pages/imprint/",
    "sign in": "/account/login/",
    "sign up": "/account/signup/",
    "code by email": "/account/email-code/",
    "saved things": "/wishlist/",
    "sign in by mobile": "/account/code/",
    "reset": "/account/password/reset/",
    "not found": "/no-such-page/",
    "styleguide": "/styleguide/",
}
FOR_ADA = {
    "account": "/account/",
    "orders": "/account/orders/",
    "older orders": "/account/orders/older/",
    "saved things": "/wishlist/",
    "profile": "/account/profile/",
    "addresses": "/account/addresses/",
    "new address": "/account/addresses/new/",
    "password": "/account/password/change/",
    "email": "/account/email/",
    "programs": "/account/programs/",
    "welcome": "/account/welcome/",
    "connections": "/account/3rdparty/",
    "sessions": "/account/sessions/",
    "agreements": "/account/agreements/",
    "data": "/account/data/",
}
# Pictures that take up no room, although their alcove does.
VANISHED = (
    "[...document.querySelectorAll('.alcove img')].filter(i => i.checkVisibility() && i.width < 16).length"
)
# Paper and ink: the colours that every page begins with.
GROUND = "(style => style.backgroundColor + style.color)(getComputedStyle(document.body))"
# The staff site asks the browser only when a page begins; after that its own switch decides.
CHOOSE = "scheme => { if (window.Alpine) Alpine.$data(document.documentElement).adminTheme = scheme }"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def light_and_dark(page, axe, name):
    """What axe finds wrong with the page as it is shown now, in light and in dark."""
    found, grounds = [], set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(CHOOSE, scheme)
        grounds.add(page.evaluate(GROUND))
        found += [f"{name} ({scheme}): {problem}" for problem in axe(page)]
    if len(grounds) == 1:
        found.append(f"{name}: in dark the page stays as it is in light")
    return found


def inspect(page, axe, name):
    """What is wrong with the page as it is shown now, in light and dark, at desktop width and at 320 px."""
    found = light_and_dark(page, axe, name)
    title = page.title()
    if not re.search(r"\S - \S", title):
        found.append(f"{name}: title {title!r}")
    if page.locator("h1").count() != 1 or page.locator("main").count() != 1:
        found.append(f"{name}: not one h1 and one main")
    if vanished := page.evaluate(VANISHED):
        found.append(f"{name}: {vanished} pictures without room")
    page.set_viewport_size({"width": 320, "height": 700})
    if (over := page.evaluate(OVERFLOW)) > 0:
        found.append(f"{name}: {over} px too wide at 320 px")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def press(page, name, *, role="button", within="body"):
    """Press what leads to another page, and go on when that page is there, redirects and all."""
    with page.expect_navigation():
        page.locator(within).get_by_role(role, name=name).first.click()


def test_pages_open_to_all(new_page, axe):
    page = new_page(reduced_motion="reduce")
    found = []
    for name, path in OPEN_TO_ALL.items():
        page.goto(path)
        found += inspect(page, axe, name)
    assert found == []


def test_pages_of_a_purchase_with_their_errors(new_page, axe):
    page = new_page(reduced_motion="reduce")
    found = []

    def look(name):
        found.extend(inspect(page, axe, name))

    def go_on(name="Continue"):
        press(page, name)

    page.goto("/product/field-backpack/")
    page.get_by_role("button", name="Add to basket").first.click()
    page.get_by_role("dialog").get_by_role("link", name="Field backpack").wait_for()
    found.extend(light_and_dark(page, axe, "drawer"))
    page.goto("/cart/")
    look("basket")
    page.goto("/checkout/")
    look("contact")
    go_on("Continue as guest")
    look("contact with error")
    page.get_by_label("Email address").fill("axe@example.com")
    go_on("Continue as guest")
    look("address")
    page.get_by_label("The invoice goes to another address").check()
    go_on()
    look("address with errors")
    page.get_by_label("The invoice goes to another address").uncheck()
    for label, text in (
        ("Full name", "Kim Kaiser"),
        ("Street and house number", "Hauptstr. 5"),
        ("Postal code", "10115"),
        ("Town or city", "Berlin"),
    ):
        page.get_by_label(label).first.fill(text)
    go_on()
    look("delivery")
    go_on()
    look("check your answers")
    go_on(re.compile("^Pay"))
    look("demo bank")
    go_on("Decline it")
    look("declined")
    go_on(re.compile("^Pay"))
    go_on("Approve the payment")
    look("confirmation")
    press(page, "Follow the order", role="link")
    look("order")
    assert found == []


def test_pages_of_a_customer(new_page, axe):
    page = new_page(reduced_motion="reduce")
    page.goto("/account/login/")
    page.get_by_label("Email").fill("ada@alcove.example")
    page.get_by_label("Password", exact=True).fill("alcove-demo-ada")
    page.locator("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")
    found = []
    for name, path in FOR_ADA.items():
        page.goto(path)
        found += inspect(page, axe, name)
    page.goto("/account/orders/")
    page.get_by_role("link", name=re.compile("^Order ")).first.click()
    found += inspect(page, axe, "own order")
    page.goto("/product/field-backpack/review/")
    found += inspect(page, axe, "review")
    assert found == []
