"""Catalogue no. 63 with real servers: MariaDB and MongoDB's protocol, while others write."""

import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.databases import migrated_documents, migrated_dump
from tests.shop_server import ROOT, environment_of

pytestmark = [pytest.mark.server]

USER, PASSWORD = "keeper", 'p"a\\s s#1'
FIGURES = {
    "orders": "SELECT currency, status, COUNT(*), SUM(total) FROM orders_order GROUP BY 1, 2 ORDER BY 1, 2",
    "payments": "SELECT status, COUNT(*), SUM(amount), SUM(refunded_amount) FROM payments_payment "
    "GROUP BY 1 ORDER BY 1",
    "invoices": "SELECT COUNT(*), MIN(number), MAX(number), SUM(amount) FROM orders_invoice",
    "stock": "SELECT COUNT(*), SUM(on_hand), SUM(held) FROM catalog_stockitem",
    "movements": "SELECT COUNT(*), SUM(`change`) FROM catalog_stockmovement",
}


class Shop:
    """A shop that is not running, with both stores on servers, by the names of its databases."""

    def __init__(self, mariadb, mongodb, folder, name):
        self.mariadb, self.mongodb, self.name, self.folder = mariadb, mongodb, name, folder
        mariadb.url(name)
        login = f"{USER}:{quote(PASSWORD, safe='')}"
        self.environment = environment_of(
            folder,
            SITE_URL="http://127.0.0.1",
            SECRET_KEY="a-key",
            DATABASE_URL=f"mysql://{login}@127.0.0.1:{mariadb.port}/{name}",
            MONGODB_URI=mongodb.url(name),
        )

    def start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def manage(self, *arguments, ok=True):
        process = self.start(*arguments)
        said = process.communicate()[0]
        assert (process.returncode == 0) is ok, said
        return said

    def figures(self):
        return {name: self.mariadb.run(sql, database=self.name) for name, sql in FIGURES.items()}

    def documents(self):
        with self.mongodb.client() as client:
            database = client[self.name]
            return {
                name: list(database[name].find().sort("_id")) for name in database.list_collection_names()
            }

    def indexes(self, collection):
        with self.mongodb.client() as client:
            found = client[self.name][collection].index_information()
            return {name: (index["key"], bool(index.get("unique"))) for name, index in found.items()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return tmp_path_factory.mktemp("backup-services")


@pytest.fixture(scope="module")
def shop(mariadb, mongodb, folders):
    mariadb.run(f"CREATE USER {USER}@'127.0.0.1' IDENTIFIED BY %s", PASSWORD)
    mariadb.run(f"GRANT ALL ON `kept%`.* TO {USER}@'127.0.0.1'")
    made = Shop(mariadb, mongodb, folders / "shop", "kept_shop")
    mariadb.load(made.name, migrated_dump(mariadb))
    mongodb.load(made.name, migrated_documents(mongodb))
    made.manage("prepare")  # loads the demo into both
    assert made.figures()["orders"]
    return made


def restored(shop, backup, name):
    other = Shop(shop.mariadb, shop.mongodb, shop.folder.parent / name, name)
    said = other.manage("restore", backup)
    assert "equal to the backup" in said
    return other


def test_orders_money_stock_and_reviews_are_there_again(shop, folders):
    made = shop.manage("backup", folders / "quiet").splitlines()[-1]
    assert {"default.sql.gz", "documents.mongodb"} <= {path.name for path in Path(made).iterdir()}
    other = restored(shop, made, "kept_again")
    assert other.figures() == shop.figures()
    reviews = shop.documents()["reviews_review"]
    assert reviews and other.documents()["reviews_review"] == reviews
    assert other.indexes("reviews_review") == shop.indexes("reviews_review")
    assert any(unique for _, unique in other.indexes("reviews_review").values())
    # What is there already is kept, and with --force replaced.
    assert "--force" in other.manage("restore", made, ok=False)
    shop.mariadb.run("DELETE FROM catalog_stockmovement", database=other.name)
    shop.mariadb.run("CREATE TABLE leftover (id INT)", database=other.name)
    other.manage("restore", made, "--force")
    assert other.figures() == shop.figures()
    assert not shop.mariadb.run("SHOW TABLES LIKE 'leftover'", database=other.name)


def test_a_backup_is_one_moment_although_others_write(shop, folders):
    """Each sale writes stock and its movement together; the backup has both or neither."""
    stop, sold = threading.Event(), []
    [(item, on_hand)] = shop.mariadb.run(
        "SELECT id, on_hand FROM catalog_stockitem ORDER BY id LIMIT 1", database=shop.name
    )

    def sell():
        connection = shop.mariadb.connect(shop.name)
        connection.autocommit(False)
        with connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("UPDATE catalog_stockitem SET on_hand = on_hand + 1 WHERE id = %s", [item])
                cursor.execute(
                    "INSERT INTO catalog_stockmovement (kind, `change`, on_hand_after, reason, reference, "
                    "created_at, item_id) VALUES ('received', 1, %s, '', '', NOW(), %s)",
                    [on_hand, item],
                )
                connection.commit()
                sold.append(1)
        connection.close()

    seller = threading.Thread(target=sell)
    seller.start()
    seen = []
    try:
        process = shop.start("backup", folders / "busy")
        while process.poll() is None:
            seen += [line for line in _command_lines() if PASSWORD.encode() in line]
        said = process.stdout.read()
    finally:
        stop.set()
        seller.join()
    assert process.returncode == 0, said
    assert "Please look at this" not in said
    assert not seen
    other = restored(shop, said.splitlines()[-1], "kept_busy")
    [(count, changed)] = other.figures()["movements"]
    assert count < shop.figures()["movements"][0][0]  # they went on while it was written
    assert changed == other.figures()["stock"][0][1]
    assert len(sold) > 10


def test_a_server_that_refuses_says_why_and_leaves_no_half_backup(shop, folders):
    shop.mariadb.run(f"REVOKE LOCK TABLES ON `kept%`.* FROM {USER}@'127.0.0.1'")
    try:
        said = shop.manage("backup", folders / "refused", ok=False)
    finally:
        shop.mariadb.run(f"GRANT ALL ON `kept%`.* TO {USER}@'127.0.0.1'")
    assert "LOCK TABLES" in said or "Access denied" in said
    assert not list((folders / "refused").iterdir())


def test_a_backup_of_another_kind_of_database_is_refused(shop, folders):
    made = shop.manage("backup", folders / "other").splitlines()[-1]
    (folders / "embedded").mkdir()
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", made],
        cwd=ROOT, env=environment_of(folders / "embedded"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode and "here it is sqlite. Use the same kind" in done.stderr


def _command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue
