"""Catalogue no. 63: what was backed up is there again, to the row and to the cent."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.shop_server import ROOT, copy_of_shop, environment_of

pytestmark = [pytest.mark.server]

LEDGERS = {
    "orders": "SELECT count(*), sum(total) FROM orders_order",
    "payments": "SELECT status, count(*), sum(amount), sum(refunded_amount) FROM payments_payment GROUP BY 1",
    "invoices": "SELECT count(*), min(number), max(number), sum(amount) FROM orders_invoice",
    "stock": "SELECT sum(on_hand), sum(held) FROM catalog_stockitem",
    "movements": "SELECT count(*), sum(change) FROM catalog_stockmovement",
}


class Shop:
    """A shop that is not running: a folder of data, and commands on it."""

    def __init__(self, var_dir):
        self.var_dir = var_dir

    def manage(self, *arguments, ok=True, **environment):
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=environment_of(self.var_dir, SECRET_KEY="a-key", **environment),
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) is ok, done.stdout + done.stderr
        return done.stderr + done.stdout

    def rows(self, sql, database="shop"):
        with closing(sqlite3.connect(self.var_dir / f"{database}.sqlite3")) as connection:
            return connection.execute(sql).fetchall()

    def write(self, sql, database="shop"):
        with closing(sqlite3.connect(self.var_dir / f"{database}.sqlite3")) as connection, connection:
            connection.execute(sql)

    def ledgers(self):
        return {name: self.rows(sql) for name, sql in LEDGERS.items()}

    def backup(self, folder, *arguments):
        return self.manage("backup", folder, *arguments).splitlines()[-1]


@pytest.fixture
def shop(tmp_path):
    found = Shop(copy_of_shop("backup"))
    yield found
    shutil.rmtree(found.var_dir)


@pytest.fixture
def empty(tmp_path):
    (tmp_path / "empty").mkdir()
    return Shop(tmp_path / "empty")


def test_a_restored_shop_has_the_same_orders_money_stock_and_files(shop, empty, tmp_path):
    (shop.var_dir / "private" / "secrets").mkdir(parents=True)
    (shop.var_dir / "private" / "secrets" / "proof.pdf").write_bytes(b"%PDF proof")
    made = shop.backup(tmp_path / "backups")
    said = empty.manage("restore", made)
    assert "equal to the backup" in said and "another SECRET_KEY" not in said
    assert empty.ledgers() == shop.ledgers()
    assert empty.rows("SELECT count(*) FROM orders_order")[0][0] > 0
    reviews = "SELECT * FROM reviews_review ORDER BY 1"
    assert empty.rows(reviews, "documents") == shop.rows(reviews, "documents")
    assert (empty.var_dir / "private" / "secrets" / "proof.pdf").read_bytes() == b"%PDF proof"
    pictures = sorted(path.name for path in (shop.var_dir / "media").rglob("*") if path.is_file())
    assert pictures == sorted(path.name for path in (empty.var_dir / "media").rglob("*") if path.is_file())
    # It is a shop: nothing to migrate, and its pages can be asked for.
    assert "No migrations to apply" in empty.manage("migrate")


def test_data_that_is_there_is_only_deleted_with_force(shop, tmp_path):
    before = shop.ledgers()
    made = shop.backup(tmp_path)
    shop.write("UPDATE orders_order SET total = total + 1")
    assert "--force" in shop.manage("restore", made, ok=False)
    assert shop.ledgers() != before
    shop.manage("restore", made, "--force")
    assert shop.ledgers() == before


def test_a_damaged_backup_is_refused_before_anything_is_deleted(shop, tmp_path):
    made = shop.backup(tmp_path)
    before = shop.ledgers()
    for damage in (b"another byte", None):
        target = next((tmp_path / made).glob("documents.*"))
        target.write_bytes(target.read_bytes() + damage) if damage else target.unlink()
        assert "documents" in shop.manage("restore", made, "--force", ok=False)
        assert shop.ledgers() == before
    shutil.copy(shop.var_dir / "documents.sqlite3", target)
    assert "checksum differs" in shop.manage("restore", made, "--force", ok=False)


def test_rows_that_are_lost_on_the_way_are_told(shop, empty, tmp_path):
    made = shop.backup(tmp_path)
    path = tmp_path / made / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["rows"]["default"]["orders_order"] += 1
    manifest["ledgers"]["payments"]["EUR captured"]["sum"] = "1.000"
    path.write_text(json.dumps(manifest))
    said = empty.manage("restore", made, ok=False)
    assert "default.orders_order" in said and "ledgers.payments.EUR captured.sum: 1.000" in said


def test_sums_that_do_not_add_up_are_said_and_backed_up_all_the_same(shop, empty, tmp_path):
    shop.write("UPDATE catalog_stockitem SET on_hand = on_hand + 3 WHERE id = 1")
    said = shop.manage("backup", tmp_path)
    assert "stock on hand is" in said
    assert "It was so when the backup was made" in empty.manage("restore", said.splitlines()[-1])


def test_papers_that_the_other_store_lost_are_owed_again(shop, empty, tmp_path):
    """The records are newer than the documents; and a document may be of a record that is lost."""
    invoice = shop.rows("SELECT id FROM orders_invoice ORDER BY id LIMIT 1")[0][0]
    shop.write("UPDATE orders_invoice SET file_stored_at = NULL")
    shop.write("UPDATE orders_shipment SET label_stored_at = CURRENT_TIMESTAMP")
    shop.write(f"UPDATE orders_invoice SET file_stored_at = CURRENT_TIMESTAMP WHERE id = {invoice}")
    orphan = (
        "INSERT INTO documents_orderfile (_id, status, comments, created_at, modified_at, is_deleted, "
        "is_suspended, deletion_token, order_id, order_number, source, file_type, file_name, path, "
        "content_type, size, checksum) VALUES ('lost', 'active', '', '2026-01-01', '2026-01-01', 0, 0, '', "
        "1, 'X', 'invoice:999999', 'invoice', 'x.pdf', 'invoices/x.pdf', 'application/pdf', 1, 'x')"
    )
    shop.write(orphan, "documents")
    said = empty.manage("restore", shop.backup(tmp_path))
    assert "1 documents without record or file dropped" in said
    assert empty.rows("SELECT count(*) FROM documents_orderfile", "documents") == [(0,)]
    owed = f"SELECT file_stored_at FROM orders_invoice WHERE id = {invoice}"
    assert empty.rows(owed) == [(None,)]


def test_numbers_that_may_have_gone_out_are_not_given_again(shop, empty, tmp_path):
    (year,) = shop.rows("SELECT strftime('%Y', 'now')")[0]
    shop.write(f"UPDATE orders_invoicecounter SET series = replace(series, '2025', '{year}')")
    before = dict(shop.rows("SELECT series, last FROM orders_invoicecounter"))
    empty.manage("restore", shop.backup(tmp_path), "--skip-numbers", "100")
    after = dict(empty.rows("SELECT series, last FROM orders_invoicecounter"))
    moved = {series for series in before if year in series}
    assert moved
    assert {series: after[series] - before[series] for series in before} == {
        series: 100 if series in moved else 0 for series in before
    }


def test_old_backups_go_once_the_new_one_is_there(shop, tmp_path):
    kept = [tmp_path / "shop-20250101-000000", tmp_path / "shop-20250102-000000"]
    for folder in kept:
        folder.mkdir()
        (folder / "manifest.json").write_text("{}")
    (tmp_path / "shop-of-mine").mkdir()
    made = shop.backup(tmp_path, "--keep", "2")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("shop-")) == sorted(
        [kept[1].name, made.rsplit("/", 1)[-1], "shop-of-mine"]
    )


def test_a_backup_is_for_its_owner_only_and_holds_no_key(shop, tmp_path):
    made = tmp_path / shop.backup(tmp_path)
    assert made.stat().st_mode & 0o077 == 0
    assert "a-key" not in (made / "manifest.json").read_text()


def test_another_key_is_told(shop, empty, tmp_path):
    made = shop.backup(tmp_path)
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", made],
        cwd=ROOT, env=environment_of(empty.var_dir, SECRET_KEY="another"), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0 and "another SECRET_KEY" in done.stderr
