"""Shops whose stores are private servers, for tests that stop one of them."""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.databases import migrated_dump
from tests.servers.mariadb import Client, MariaDB
from tests.shop_server import ShopServer, copy_of_shop

DATABASE = "shop"


@contextmanager
def shop_on_mariadb(server: MariaDB, **environment: str) -> Iterator[ShopServer]:
    """A running demo shop whose customers, products, orders and payments are in `server`."""
    var_dir = copy_of_shop("on-mariadb")
    url = demo_on_mariadb(server, DATABASE, var_dir / "shop.sqlite3")
    shop = ShopServer(var_dir, workers=2, **{"DATABASE_URL": url} | environment)
    try:
        yield shop
    finally:
        shop.stop()
        shutil.rmtree(var_dir, ignore_errors=True)


def demo_on_mariadb(server: Client, name: str, file: Path) -> str:
    """Make the database `name` with every row of a shop's SQLite `file`, and return its URL.

    To migrate and to load the demo anew would take minutes.
    """
    url = server.load(name, migrated_dump(server))
    columns = defaultdict(list)
    for table, column in server.run(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = %s AND extra NOT LIKE '%%GENERATED%%'",
        name,
    ):
        columns[table].append(f"`{column}`")
    with closing(sqlite3.connect(file)) as source, closing(server.connect(name)) as target:
        cursor = target.cursor()
        cursor.execute("SET foreign_key_checks = 0, unique_checks = 0")
        for table, names in columns.items():
            listed, marks = ",".join(names), ",".join(["%s"] * len(names))
            rows = source.execute(f"SELECT {listed} FROM {table}").fetchall()
            cursor.execute(f"DELETE FROM {table}")
            if rows:
                cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({marks})", rows)
    return url
