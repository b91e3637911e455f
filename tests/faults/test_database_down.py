"""The database is gone while people shop, and comes back (faults 54: the database)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.polling import wait_for
from tests.servers import MariaDB
from tests.servers.shops import DATABASE, shop_on_mariadb
from tests.shopper import Shopper

pytestmark = [pytest.mark.server]

SKU, PRODUCT = "FIELD-BACKPACK-RASPBERRY", "field-backpack"
SHOPPERS = 6


@pytest.fixture(scope="module")
def database():
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="module")
def shop(database):
    with shop_on_mariadb(database) as running:
        yield running


@pytest.fixture(autouse=True)
def _running(database):
    yield
    if not database.is_running:
        database.start()


def rows(database, sql, *parameters):
    return database.run(sql, *parameters, database=DATABASE)


def at_the_last_page(shop, email):
    shopper = Shopper(shop.url, email=email)
    assert shopper.add(SKU, PRODUCT).status_code == 302
    review = shopper.answer_checkout()
    assert review.status_code == 200
    return shopper, review


def test_a_shopper_who_pays_meanwhile_is_told_that_nothing_was_charged_and_can_go_on(shop, database):
    shopper, review = at_the_last_page(shop, "dark@example.com")
    database.kill()

    answer = shopper.pay(review)
    assert answer.status_code == 503
    assert "nothing was ordered or charged" in answer.text and "your basket is kept" in answer.text
    assert answer.headers["Retry-After"]
    page = shopper.get("/products/")
    assert page.status_code == 503 and 'href="/products/"' in page.text
    api = requests.get(f"{shop.url}/api/products", timeout=30)
    assert (api.status_code, api.json()["code"]) == (503, "unavailable")
    # The page needs its looks, and who watches the shop has to hear of it.
    assert requests.get(f"{shop.url}/health/live", timeout=30).status_code == 200
    assert requests.get(f"{shop.url}/health/ready", timeout=30).status_code == 503

    database.start()
    assert "Field backpack" in shopper.get("/cart/").text
    assert shopper.pay(shopper.get("/checkout/review/")).status_code == 302
    assert rows(database, "SELECT count(*) FROM orders_order WHERE email = 'dark@example.com'") == [(1,)]
    wait_for(
        lambda: requests.get(f"{shop.url}/health/ready", timeout=30).status_code == 200, what="readiness"
    )


def test_shoppers_who_press_pay_while_it_dies_have_one_order_each_in_the_end(shop, database):
    """Each presses until an answer comes; whatever was half done is done or undone, never doubled."""
    emails = [f"storm{number}@example.com" for number in range(SHOPPERS)]
    ready = [at_the_last_page(shop, email) for email in emails]

    def press(who):
        shopper, review = who
        statuses = Counter()

        def answered():
            nonlocal review
            try:
                answer = shopper.pay(review)
            except requests.ConnectionError:
                statuses["cut off"] += 1
                return False
            statuses[answer.status_code] += 1
            return answer.status_code == 302

        wait_for(answered, what="answer to a payment", seconds=120)
        return statuses

    with ThreadPoolExecutor(SHOPPERS) as pool:
        presses = [pool.submit(press, who) for who in ready]
        wait_for(
            lambda: rows(database, "SELECT count(*) FROM orders_order WHERE email LIKE 'storm%%'") != [(0,)],
            what="first order",
        )
        database.kill()
        database.start()
        seen = sum((one.result() for one in presses), Counter())
    assert set(seen) <= {302, 503, 504, "cut off"}, seen  # never a 500

    orders = rows(
        database, "SELECT email, count(*) FROM orders_order WHERE email LIKE 'storm%%' GROUP BY email"
    )
    assert sorted(orders) == [(email, 1) for email in emails]
    shop.manage("sweep")
    ((on_hand, moved, held, promised),) = rows(
        database,
        "SELECT i.on_hand, (SELECT sum(m.`change`) FROM catalog_stockmovement m WHERE m.item_id = i.id), "
        "i.held, (SELECT sum(h.quantity) FROM catalog_hold h WHERE h.item_id = i.id AND h.state = 'active') "
        "FROM catalog_stockitem i JOIN catalog_variant v ON v.id = i.variant_id WHERE v.sku = %s",
        SKU,
    )
    assert (on_hand, held) == (moved, promised)
