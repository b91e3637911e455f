"""The database does not answer to a COMMIT: nobody can know whether it was made, and nobody says so."""

import pytest
import requests

from tests.faults.test_database_down import SKU, at_the_last_page, rows
from tests.polling import wait_for
from tests.servers import MariaDB
from tests.servers.shops import DATABASE, shop_on_mariadb
from tests.servers.wire import wire_to

pytestmark = [pytest.mark.server]


@pytest.fixture(scope="module")
def database():
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="module")
def wire(database):
    with wire_to(database.port) as running:
        yield running


@pytest.fixture(scope="module")
def shop(database, wire):
    through = f"mysql://root@127.0.0.1:{wire.port}/{DATABASE}"
    with shop_on_mariadb(database, DATABASE_URL=through) as running:
        yield running


def orders_of(database, email):
    [(count,)] = rows(database, "SELECT count(*) FROM orders_order WHERE email = %s", email)
    return count


@pytest.mark.parametrize("arrives", [True, False], ids=["made", "not-made"])
def test_an_order_whose_commit_is_lost_is_neither_promised_nor_denied(shop, database, wire, arrives):
    email = f"unsure-{arrives}@example.com"
    shopper, review = at_the_last_page(shop, email)
    before = wire.cuts
    wire.cut_at_commit(arrives=arrives)
    answer = shopper.pay(review)
    assert wire.cuts == before + 1
    assert answer.status_code == 504 and "Retry-After" not in answer.headers
    assert "we cannot say yet whether your last step was taken" in answer.text
    assert "nothing was ordered or charged" not in answer.text
    wait_for(lambda: orders_of(database, email) == arrives, what="fate of the order")

    # What the page says to do: look, and order again only if the basket is still full.
    basket = shopper.get("/cart/").text
    assert ("Your basket is empty" in basket) == arrives
    # Whoever presses again all the same has one order.
    assert shopper.pay(review).status_code == 302
    assert orders_of(database, email) == 1


def test_programs_are_told_to_ask(shop, wire):
    def add():
        return requests.post(f"{shop.url}/api/cart/items", json={"sku": SKU, "quantity": 1}, timeout=30)

    assert add().status_code == 201
    wire.cut_at_commit(arrives=True)
    answer = add()
    assert (answer.status_code, answer.json()["code"]) == (504, "no_answer")
    assert add().status_code == 201
