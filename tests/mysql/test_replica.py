"""Pages read the catalogue from the replica, unless their reader has just written; and without it."""

import re
import shutil
from contextlib import ExitStack, contextmanager

import pytest

from tests.databases import FILES, migrated
from tests.polling import wait_for
from tests.servers import MariaDB
from tests.shop_server import STATIC_OF_LAST_RUN, ShopServer
from tests.shopper import Shopper

_STOCK = """
from catalog.models import Category, Product, Store
from catalog.services import inventory
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory
ProductFactory(name="Field backpack", slug="backpack", sku="BACKPACK", stock=5)
UserFactory(email="owner@alcove.example", is_staff=True, is_superuser=True)
"""
LAG = 2


@contextmanager
def shop_at(var_dir, **environment):
    """An empty shop; which database it uses, its environment says."""
    shutil.copyfile(migrated() / FILES["documents"], var_dir / FILES["documents"])
    if STATIC_OF_LAST_RUN.is_dir():
        shutil.copytree(STATIC_OF_LAST_RUN, var_dir / "static")
    shop = ShopServer(var_dir, workers=1, SHOP_DEMO="0", **environment)
    try:
        yield shop
    finally:
        shop.stop()


class Pair:
    """A primary, a replica of it by real replication, and a shop that uses both."""

    def __init__(self, open_until_the_end, dump, var_dir):
        self.primary = open_until_the_end(MariaDB("--log-bin", "--server-id=1"))
        self.replica = open_until_the_end(MariaDB("--server-id=2", "--read-only=1"))
        self.replica.run(
            "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=%s, MASTER_USER='root',"
            " MASTER_CONNECT_RETRY=1, MASTER_USE_GTID=slave_pos",
            self.primary.port,
        )
        self.replica.run("START SLAVE")
        url = self.primary.load("shop", dump)
        self.shop = open_until_the_end(
            shop_at(
                var_dir,
                DATABASE_URL=url,
                REPLICA_DATABASE_URL=f"mysql://root@127.0.0.1:{self.replica.port}/shop",
                REPLICA_MAX_LAG=str(LAG),
            )
        )
        self.shop.manage("shell", "--no-imports", "-c", _STOCK)
        self.wait_until_equal()

    def name(self, server):
        return server.run("SELECT name FROM catalog_product WHERE slug = 'backpack'", database="shop")

    def wait_until_equal(self):
        def is_there():
            tables = "SELECT 1 FROM information_schema.tables WHERE table_name = 'catalog_product'"
            return self.replica.run(tables) and self.name(self.replica) == self.name(self.primary)

        wait_for(is_there, what="replication", seconds=60)

    def mark(self):
        """Let the replica say something else than the primary, so that pages show what they read."""
        rename = "UPDATE catalog_product SET name = 'Replica backpack' WHERE slug = 'backpack'"
        self.replica.run(rename, database="shop")

    def set_stock_of_primary(self, free):
        """Behind the replica's back."""
        connection = self.primary.connect("shop")
        with connection.cursor() as cursor:
            cursor.execute("SET sql_log_bin = 0")
            cursor.execute("UPDATE catalog_stockitem SET on_hand = held + %s", [free])
        connection.close()


@pytest.fixture(scope="module")
def pair(migrated_mysql, tmp_path_factory):
    with ExitStack() as stack:
        yield Pair(stack.enter_context, migrated_mysql, tmp_path_factory.mktemp("replica"))


@pytest.fixture
def shopper(pair):
    """A visitor of a shop whose replica can be told from its primary, and is read."""
    pair.mark()
    shopper = Shopper(pair.shop.url)
    wait_for(lambda: title(shopper) == "Replica backpack", what="page of the replica", seconds=40)
    return shopper


def title(visitor):
    page = visitor.get("/product/backpack/")
    assert page.status_code == 200, page.text
    found = re.search(r"<h1[^>]*>\s*([^<]+?)\s*<", page.text)
    return found[1]


def test_a_visitor_reads_the_replica_and_the_primary_after_a_change(pair, shopper):
    assert shopper.add("BACKPACK", "backpack").status_code == 302
    assert title(shopper) == "Field backpack"
    assert title(Shopper(pair.shop.url)) == "Replica backpack", "others read the replica"
    shopper.session.cookies.pop("wrote")
    assert title(shopper) == "Replica backpack"


def test_a_cookie_that_somebody_made_up_pins_nothing(pair, shopper):
    shopper.session.cookies.set("wrote", "1")
    assert title(shopper) == "Replica backpack"


def test_programs_that_say_who_they_are_read_what_they_wrote(pair, shopper):
    def names(**headers):
        answer = shopper.session.get(f"{pair.shop.url}/api/products/", headers=headers, timeout=60)
        return [product["product_name"] for product in answer.json()["results"]]

    assert names() == ["Replica backpack"]
    assert names(**{"X-Cart-Token": "whatever"}) == ["Field backpack"]


def test_a_purchase_is_checked_against_the_primary(pair, shopper):
    """The replica says that there are plenty; the last ones are gone."""
    pair.set_stock_of_primary(0)
    try:
        answer = Shopper(pair.shop.url).add("BACKPACK", "backpack")
        assert answer.status_code == 409
    finally:
        pair.set_stock_of_primary(5)


def test_pages_go_on_when_the_replica_is_gone_and_come_back_to_it(pair, shopper):
    pair.replica.kill()
    try:
        assert title(shopper) == "Field backpack"
        assert title(Shopper(pair.shop.url)) == "Field backpack"
        assert shopper.add("BACKPACK", "backpack").status_code == 302
    finally:
        pair.replica.start()
        pair.replica.run("START SLAVE")
    wait_for(lambda: title(Shopper(pair.shop.url)) == "Replica backpack", what="the replica", seconds=40)


def test_a_replica_that_hangs_holds_up_no_page_for_long(pair, shopper):
    pair.replica.hang()
    try:
        assert title(shopper) == "Field backpack"
    finally:
        pair.replica.go_on()


def test_a_replica_that_has_stopped_following_is_not_read(pair, shopper):
    pair.replica.run("STOP SLAVE")
    try:
        wait_for(lambda: title(shopper) == "Field backpack", what="page of the primary", seconds=40)
    finally:
        pair.replica.run("START SLAVE")
