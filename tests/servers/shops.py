"""Shops whose stores are private servers, for tests that stop one of them."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from tests.databases import FILES, migrated
from tests.servers.mariadb import MariaDB
from tests.shop_server import ShopServer, copy_of_shop

DATABASE = "shop"


@contextmanager
def shop_on_mariadb(server: MariaDB, **environment: str) -> Iterator[ShopServer]:
    """A running demo shop whose customers, products, orders and payments are in `server`.

    Loading the demo into it is the first thing it does, which takes a minute.
    """
    var_dir = copy_of_shop("on-mariadb")
    # The demo is loaded into both databases or none.
    shutil.copyfile(migrated() / FILES["documents"], var_dir / FILES["documents"])
    shop = ShopServer(var_dir, workers=2, DATABASE_URL=server.url(DATABASE), **environment)
    try:
        yield shop
    finally:
        shop.stop()
        shutil.rmtree(var_dir, ignore_errors=True)
