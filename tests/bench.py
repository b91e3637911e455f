"""What script/bench runs: response times of the pages that shoppers wait for."""

import re
import shutil
import sys
import time
from statistics import median, quantiles

import requests

from tests.settings import RUN_DIR_VARIABLE  # noqa: F401 (makes the folder of this run)
from tests.shop_server import RUN_DIR, ShopServer, running_shop

PLAIN = "plain page"


def main(rounds: int) -> None:
    try:
        with running_shop("bench") as shop:
            report(measure(shop, rounds))
    finally:
        shutil.rmtree(RUN_DIR, ignore_errors=True)


def measure(shop: ShopServer, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each answer. Pages take turns, so that a slow moment hits all alike."""
    [product] = shop.rows(
        "SELECT p.slug, v.sku FROM catalog_product p JOIN catalog_variant v ON v.product_id = p.id "
        "JOIN catalog_stockitem s ON s.variant_id = v.id "
        "WHERE p.status = 'published' AND s.on_hand > s.held ORDER BY p.id LIMIT 1"
    )
    pages = {
        PLAIN: "/pages/imprint/",
        "home": "/",
        "listing": "/products/",
        "product": f"/product/{product['slug']}/",
        "cart": "/cart/",
    }
    with requests.Session() as shopper:
        fill_cart(shopper, shop.url, pages["product"], product["sku"])
        times: dict[str, list[float]] = {name: [] for name in pages}
        for turn in range(-5, rounds):  # the first ones only warm up
            for name, path in pages.items():
                started = time.perf_counter()
                shopper.get(shop.url + path).raise_for_status()
                if turn >= 0:
                    times[name].append((time.perf_counter() - started) * 1000)
    return times


def fill_cart(shopper: requests.Session, url: str, page: str, sku: str) -> None:
    answer = shopper.get(url + page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', answer.text)
    if not token:
        raise RuntimeError(f"{page} has no form to add it to the cart")
    form = {"csrfmiddlewaretoken": token[1], "variant": sku, "quantity": "1"}
    shopper.post(f"{url}/cart/add/", data=form, headers={"Referer": url}).raise_for_status()


def report(times: dict[str, list[float]]) -> None:
    plain = median(times[PLAIN])
    print(f"{'page':<12}{'p50 ms':>10}{'p95 ms':>10}{'x plain':>10}")
    for name, values in times.items():
        p95 = quantiles(values, n=20)[-1]
        print(f"{name:<12}{median(values):>10.1f}{p95:>10.1f}{median(values) / plain:>10.2f}")


if __name__ == "__main__":
    main(min(int(sys.argv[1]) if len(sys.argv) > 1 else 100, 1000))
