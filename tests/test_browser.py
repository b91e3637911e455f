"""The browser fixtures themselves: they see what a visitor would not."""

import pytest

pytestmark = [pytest.mark.browser]


def test_a_page_without_faults(page):
    page.goto("/products/")
    assert page.get_by_role("heading", level=1).is_visible()


def test_faults_of_a_page_are_found(new_page, watch):
    page = new_page()
    page.goto("/products/")
    with page.expect_response("**/missing.webp"):
        page.evaluate("console.error('broken'); new Image().src = '/media/missing.webp'")
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => {})")
    found = "\n".join(watch.problems)
    for part in ("console: broken", "404 for image", "script error", "Content Security Policy"):
        assert part in found
    watch.problems.clear()


def test_axe_finds_what_is_wrong(new_page, axe, watch):
    page = new_page(color_scheme="dark")
    page.set_content("<html><body><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></body></html>")
    found = axe(page)
    assert any(problem.startswith("image-alt") for problem in found)
    watch.problems.clear()
