"""Real Celery workers on a real Redis, and what becomes of the work when one of them dies."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from ecommerce.lib.queues import QUEUES
from tests.databases import FILES, migrated
from tests.polling import wait_for
from tests.servers import Redis, Worker
from tests.shop_server import ROOT, RUN_DIR, environment_of

ORDERS = 100
_MAKE_ORDERS = """
from catalog.models import Variant
from catalog.tests.factories import ProductFactory
from orders.tests.factories import paid_order
variant = Variant.objects.first() or ProductFactory(stock=1000).variants.get()
for _ in range({count}):
    paid_order(variant)
"""


class Shop:
    """The data of a shop whose background work goes to a broker; its processes are the tests' own."""

    def __init__(self, broker: Redis) -> None:
        self.var_dir = RUN_DIR / "shops" / f"worker-{uuid.uuid4().hex[:12]}"
        self.var_dir.mkdir(parents=True)
        for name in FILES.values():
            shutil.copyfile(migrated() / name, self.var_dir / name)
        self.environment = environment_of(self.var_dir, CELERY_BROKER_URL=broker.url())

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.log = done.stderr
        return done.stdout

    def run(self, code: str) -> Any:
        """Run Python inside the shop; what it prints last is JSON, or nothing."""
        lines = self.manage("shell", "--no-imports", "-c", code).splitlines()
        return json.loads(lines[-1]) if lines else None

    def rows(self, sql: str, *, database: str = "shop") -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.var_dir / f"{database}.sqlite3", timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    def write(self, sql: str) -> None:
        with closing(sqlite3.connect(self.var_dir / "shop.sqlite3", timeout=30)) as connection, connection:
            connection.execute(sql)

    def papers(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM documents_orderfile", database="documents")

    def files(self) -> dict[str, Path]:
        private = self.var_dir / "private"
        return {str(path.relative_to(private)): path for path in private.rglob("*") if path.is_file()}

    def mails(self) -> Counter[tuple[str, str]]:
        """How often each subject went to each address."""
        parsed = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in (self.var_dir / "mail").glob("*.eml")
        ]
        return Counter((message["To"], message["Subject"]) for message in parsed)


class TestWorker(Worker):
    """A worker that also knows the tasks of these tests."""

    __test__ = False

    def command(self) -> list[str]:
        return [*super().command(), "--include", "tests.faults.worker_tasks"]


@pytest.fixture
def redis() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture
def shop(redis: Redis) -> Iterator[Shop]:
    shop = Shop(redis)
    yield shop
    shutil.rmtree(shop.var_dir, ignore_errors=True)


def waiting(redis: Redis) -> dict[str, int]:
    """How many messages wait in each queue."""
    from redis import Redis as Client

    with Client(port=redis.port) as client:
        return {name: int(client.llen(name)) for name in QUEUES if client.llen(name)}


def test_each_task_waits_in_its_own_queue(shop, redis):
    shop.run(_MAKE_ORDERS.format(count=1))
    found = waiting(redis)
    assert found["documents"] == 1
    assert found["mail"] >= 1
    shop.run(
        "from ecommerce.lib.background import after_commit, task_named\n"
        "for name in ('catalog.tasks.make_renditions', 'dashboard.export_personal_data', 'webhooks.send',\n"
        "             'catalog.check_import', 'catalog.fetch_pictures'):\n"
        "    after_commit(task_named(name), 1)\n"
        "after_commit(task_named('dashboard.sweep'), 'orders')\n"
    )
    more = dict.fromkeys(["media", "reports", "webhooks", "imports", "downloads", "default"], 1)
    assert waiting(redis) == found | more


def test_a_worker_that_is_killed_loses_no_invoice_and_doubles_none(shop):
    """Killed with its children while it renders; the next worker and the sweep do the rest, at once."""
    with TestWorker(shop.environment, queues="mail,default"):
        shop.run(_MAKE_ORDERS.format(count=ORDERS))
        with TestWorker(shop.environment, queues="documents") as first:
            wait_for(lambda: len(shop.papers()) >= 10, what="first papers", seconds=120)
            first.kill()
        assert 10 <= len(shop.papers()) < ORDERS
        with TestWorker(shop.environment, queues="documents"):
            shop.manage("sweep")
            wait_for(lambda: len(shop.papers()) >= ORDERS, what="all papers", seconds=300)
            wait_for(lambda: not shop.rows(_OWED), what="paper of the last invoice", seconds=60)

    invoices = shop.rows("SELECT * FROM orders_invoice ORDER BY sequence")
    assert [row["sequence"] for row in invoices] == list(range(1, ORDERS + 1))
    assert len({row["number"] for row in invoices}) == len({row["order_id"] for row in invoices}) == ORDERS
    papers = shop.papers()
    assert {row["source"] for row in papers} == {f"invoice:{row['id']}" for row in invoices}
    assert len(papers) == ORDERS
    files = shop.files()
    assert sorted(files) == sorted(row["path"] for row in papers)
    for row in papers:
        content = files[row["path"]].read_bytes()
        assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row["size"], row["checksum"])
    assert set(shop.mails().values()) == {1}
    assert not shop.rows("SELECT * FROM background_failedtask WHERE state != 'resolved'")


_OWED = "SELECT id FROM orders_invoice WHERE file_stored_at IS NULL"


def test_a_worker_that_is_killed_loses_no_email(shop):
    """An email that was being sent is sent again when its claim has run out: at least once, and a second
    time only where the worker died between sending it and writing that down."""
    count = 40
    shop.run(_MAKE_ORDERS.format(count=count))
    with TestWorker(shop.environment, queues="mail") as worker:
        wait_for(lambda: len(shop.mails()) >= 5, what="first emails", seconds=120)
        worker.kill()
    unsent = "SELECT * FROM orders_notification WHERE sent_at IS NULL"
    being_sent = shop.rows(f"{unsent} AND claimed_at IS NOT NULL")
    assert shop.rows(unsent)
    assert len(being_sent) <= 2  # one for each process
    shop.manage("sweep")
    assert len(shop.rows(unsent)) == len(being_sent)  # somebody might still be at these
    shop.write("UPDATE orders_notification SET claimed_at = '2020-01-01 00:00:00' WHERE sent_at IS NULL")
    shop.manage("sweep")
    assert not shop.rows(unsent)
    sent = shop.mails()
    assert len(sent) == len(shop.rows("SELECT id FROM orders_notification"))
    assert sum(sent.values()) - len(sent) <= len(being_sent)


@pytest.mark.parametrize("how", ["stop", "hang"])
def test_a_broker_that_is_down_keeps_no_order_and_no_shopper(shop, redis, how):
    """The deadline of `run` is all that tells a wait without end."""
    getattr(redis, how)()
    shop.run(_MAKE_ORDERS.format(count=1))
    # One message finds out, the others of the same request do not even try.
    assert shop.log.count("the sweep finds its work") == 1
    assert "was not published: the broker is down" in shop.log
    assert shop.rows(_OWED)
    shop.manage("sweep")
    assert not shop.rows(_OWED)
    assert len(shop.papers()) == 1
    assert shop.mails()


_PUBLISH = """
from ecommerce.lib.background import after_commit
from tests.faults.worker_tasks import {task}
after_commit({task}, 5)
"""


@pytest.mark.parametrize(
    "task, error", [("kills_its_process", "WorkerLostError"), ("never_ends", "TimeLimitExceeded")]
)
def test_what_kills_its_worker_again_and_again_is_given_up_and_shown(shop, redis, task, error):
    with TestWorker(shop.environment, processes=1) as worker:
        shop.run(_PUBLISH.format(task=task))
        (row,) = wait_for(
            lambda: shop.rows("SELECT * FROM background_failedtask"), what="row of the failure", seconds=120
        )
        assert (row["task"], row["args"], row["error_class"]) == (f"tests.{task}", "[5]", error)
        assert (row["state"], row["attempts"]) == ("failed", 1)
        # The worker goes on: what comes next is done.
        shop.run(_MAKE_ORDERS.format(count=1))
        wait_for(shop.papers, what="paper after the failure", seconds=120)
        wait_for(lambda: not waiting(redis), what="end of all queues", seconds=120)
        assert worker.is_running


def test_a_message_that_waits_is_done_once_redis_and_the_worker_are_back(shop, redis):
    """A worker outlives its broker: it connects again and goes on."""
    with TestWorker(shop.environment) as worker:
        redis.kill()
        shop.run(_MAKE_ORDERS.format(count=1))
        redis.start()
        shop.run(_MAKE_ORDERS.format(count=1))
        wait_for(shop.papers, what="paper after the pause", seconds=120)
        assert worker.is_running


class BeatWorker(Worker):
    """What `manage.py worker --beat` starts."""

    def command(self) -> list[str]:
        super().command()
        return [sys.executable, "manage.py", "worker", "--beat", "--processes", "2"]


def test_beat_has_work_done_whose_messages_were_all_lost(shop):
    shop.environment |= {"BACKGROUND": "off"}
    shop.run(_MAKE_ORDERS.format(count=2))
    assert shop.rows(_OWED)
    with BeatWorker(shop.environment | {"BACKGROUND": "celery", "SWEEP_SECONDS": "1"}):
        unsent = "SELECT id FROM orders_notification WHERE sent_at IS NULL"
        wait_for(lambda: not shop.rows(_OWED) and not shop.rows(unsent), what="end of all work", seconds=120)
    assert len(shop.papers()) == 2
    assert set(shop.mails().values()) == {1}
    assert {row["name"] for row in shop.rows("SELECT * FROM background_lease")} >= {
        "sweep orders",
        "sweep documents",
    }
