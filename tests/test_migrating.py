"""Catalogue no. 62: a column is added while people shop, and nobody notices.

The server is of the older release: it knows nothing of the column. With a default in the database its
rows get a value; the test after it proves that without one its shoppers are refused.
"""

import threading
from contextlib import contextmanager

import pytest

from tests.polling import wait_for
from tests.servers import MariaDB
from tests.servers.shops import shop_on_mariadb
from tests.shop_server import running_shop
from tests.shopper import Shopper

pytestmark = [pytest.mark.server]

SKU, PRODUCT = "FIELD-BACKPACK-RASPBERRY", "field-backpack"
SHOPPERS = 3

# What `migrate` does with one AddField, without a file of a migration in the shop.
ADD_COLUMN = """
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader

before = MigrationLoader(connection).project_state()
after = before.clone()
operation = migrations.AddField("{model}", "of_the_next_release", models.CharField(max_length=20, {default}))
operation.state_forwards("{app}", after)
with connection.schema_editor() as editor:
    operation.database_forwards("{app}", editor, before, after)
"""


def add_column(shop, app, model, default):
    shop.manage("shell", "--no-imports", "-c", ADD_COLUMN.format(app=app, model=model, default=default))


@pytest.fixture
def on_sqlite():
    with running_shop("migrating") as shop:
        yield shop


@pytest.fixture
def on_mariadb():
    with MariaDB() as database, shop_on_mariadb(database) as shop:
        yield shop


@contextmanager
def shopping(url):
    """People who look, fill baskets and order for as long as the block lasts; what they were answered."""
    stop, answers, problems = threading.Event(), [], []

    def shop(number):
        turn = 0
        while not stop.is_set():
            turn += 1
            shopper = Shopper(url, email=f"shopper-{number}-{turn}@example.com")
            shopper.session.hooks["response"].append(
                lambda answer, *_, **__: answers.append(
                    (answer.request.method, answer.url, answer.status_code)
                )
            )
            try:
                assert shopper.get("/products/").status_code == 200
                assert shopper.add(SKU, PRODUCT).status_code == 302
                assert shopper.pay(shopper.answer_checkout()).status_code == 302
            except Exception as error:  # the test says what was expected
                problems.append(error)
                return

    threads = [threading.Thread(target=shop, args=[number]) for number in range(SHOPPERS)]
    for thread in threads:
        thread.start()
    try:
        yield answers, problems
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def bought(answers):
    return sum(1 for method, url, status in answers if url.endswith("/checkout/pay/") and status == 302)


@pytest.mark.parametrize("kind", ["on_sqlite", "on_mariadb"])
def test_a_column_with_a_default_is_added_while_people_shop(kind, request):
    shop = request.getfixturevalue(kind)
    leave_plenty(shop)
    with shopping(shop.url) as (answers, problems):
        wait_for(lambda: problems or bought(answers) >= 2, what="orders before", seconds=180)
        for app, model in (("orders", "order"), ("catalog", "stockitem"), ("orders", "cart")):
            add_column(shop, app, model, 'db_default="as before"')
        before = bought(answers)
        wait_for(lambda: problems or bought(answers) >= before + 2, what="orders after", seconds=180)
    assert not problems
    assert not [answer for answer in answers if answer[2] >= 500]
    told = "from django.db import connection as c; r = c.cursor()"
    column = "SELECT COUNT(*) FROM orders_order WHERE of_the_next_release = 'as before'"
    count = shop.ask(f"(r.execute({column!r}), r.fetchone())[1][0]", setup=told)
    assert count == shop.ask("Order.all_objects.count()", setup="from orders.models import Order")


def test_without_a_default_in_the_database_the_older_release_fails(on_sqlite):
    """The control: what the rule is for."""
    shopper = Shopper(on_sqlite.url)
    add_column(on_sqlite, "orders", "cart", 'default="as before"')
    assert shopper.add(SKU, PRODUCT).status_code == 500


def leave_plenty(shop):
    shop.ask("StockItem.objects.update(on_hand=100000)", setup="from catalog.models import StockItem")
