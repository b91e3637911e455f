"""What a first visit may cost: bytes and requests over the wire, and scripts and styles in all."""

import gzip
import re
from pathlib import Path

import pytest

from tests.shopper import Shopper

pytestmark = [pytest.mark.browser]

KIB = 1024
PHONE = {
    "viewport": {"width": 412, "height": 823},
    "device_scale_factor": 1.75,
    "is_mobile": True,
    "has_touch": True,
}
FIRST_VISITS = {
    "/product/field-backpack/": (100, 8),
    "/": (160, 16),
    "/products/": (160, 16),
    "/category/wear/": (160, 16),
}


class Wire:
    """Counts what comes over the network, as the browser's own protocol reports it."""

    def __init__(self, page):
        self.bytes = self.requests = 0
        self._inline = set()
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.requestWillBeSent", self._begun)
        client.on("Network.loadingFinished", self._finished)

    def _begun(self, event):
        # Pictures that a style sheet carries in itself are "loaded" too, and cross no wire.
        if event["request"]["url"].startswith("data:"):
            self._inline.add(event["requestId"])

    def _finished(self, event):
        if event["requestId"] in self._inline:
            return
        self.requests += 1
        self.bytes += event["encodedDataLength"]


@pytest.mark.parametrize("path", FIRST_VISITS)
def test_a_first_visit_on_a_phone_stays_within_its_budget(new_page, path):
    kib, requests = FIRST_VISITS[path]
    page = new_page(**PHONE)
    wire = Wire(page)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    assert wire.bytes <= kib * KIB and wire.requests <= requests, (path, wire.bytes / KIB, wire.requests)


def test_a_checkout_step_is_light_cold_and_warm(new_page):
    page = new_page(**PHONE)
    page.goto("/product/field-backpack/")
    page.get_by_role("button", name="Add to basket").first.click()
    page.get_by_role("dialog").get_by_role("link", name="Field backpack").wait_for()
    state = page.context.storage_state()
    cold_page = new_page(**PHONE, storage_state=state)
    cold = Wire(cold_page)
    cold_page.goto("/checkout/contact/")
    cold_page.wait_for_load_state("networkidle")
    before = cold.bytes
    cold_page.goto("/checkout/contact/")
    cold_page.wait_for_load_state("networkidle")
    assert before <= 60 * KIB, before / KIB
    assert cold.bytes - before <= 15 * KIB, (cold.bytes - before) / KIB


@pytest.mark.parametrize("path", [*FIRST_VISITS, "/cart/", "/search/?q=mug"])
def test_html_is_small_and_scripts_are_ours_and_few(shop_server, path):
    shopper = Shopper(shop_server.url)
    page = shopper.get(path)
    assert len(gzip.compress(page.content)) <= 14 * KIB
    scripts = re.findall(r'<script[^>]*src="([^"]+)"', page.text)
    styles = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert len(styles) == 1
    size = {
        kind: sum(len(gzip.compress(shopper.get(url).content)) for url in urls)
        for kind, urls in (("js", scripts), ("css", styles))
    }
    assert size["js"] <= 16 * KIB and size["css"] <= 12 * KIB, size
    inline = re.findall(r"<script(?![^>]*src=)(?![^>]*ld\+json)", page.text)
    assert not inline and 'style="' not in page.text and "onclick" not in page.text


def test_the_font_is_small():
    font = Path(__file__).resolve().parent.parent / "static" / "fonts" / "alcove.woff2"
    assert font.stat().st_size <= 24 * KIB
