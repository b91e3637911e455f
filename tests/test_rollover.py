"""A deploy loses no request: servers finish what they have, and the front changes over before that."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from tests.front import running_front
from tests.polling import wait_for
from tests.servers import free_port
from tests.shop_server import ROOT, copy_of_shop, environment_of
from tests.shopper import Shopper

pytestmark = [pytest.mark.server]

SKU, PRODUCT = "FIELD-BACKPACK-RASPBERRY", "field-backpack"


class Web:
    """`deploy/start web` on a shop's folder, as production runs it."""

    def __init__(self, folder, front_url="http://127.0.0.1"):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = environment_of(
            folder, SITE_URL=front_url, SECRET_KEY="one-for-all", WEB_PORT=str(self.port), WEB_WORKERS="2",
            BEHIND_PROXY="1", TRUSTED_PROXY_COUNT="1",
            PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
        )  # fmt: skip
        self.log = (folder / f"web-{self.port}.log").open("wb")
        self.process = subprocess.Popen(
            [ROOT / "deploy" / "start", "web"], env=environment, stdout=self.log,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        wait_for(self.answers, what="answer of the server", seconds=120)

    def answers(self):
        assert self.process.poll() is None, "the server did not start"
        try:
            return requests.get(f"{self.url}/pages/imprint/", timeout=30).ok
        except requests.ConnectionError:
            return False

    def takes_nothing_new(self):
        try:
            requests.get(f"{self.url}/pages/imprint/", timeout=30)
        except requests.ConnectionError:
            return True
        return False

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()


@contextmanager
def servers(folder):
    """A function that starts one more; all are gone at the end."""
    started = []

    def start(**options):
        started.append(Web(folder, **options))
        return started[-1]

    try:
        yield start
    finally:
        for web in started:
            web.end()


@pytest.fixture
def folder():
    return copy_of_shop("rollover")


def test_a_server_that_is_told_to_stop_finishes_the_request_it_has(folder):
    with servers(folder) as start:
        web = start()
        shopper = Shopper(web.url)
        shopper.session.headers["Connection"] = "close"
        seen = shopper.get(f"/product/{PRODUCT}/?variant={SKU}")
        answers = []

        def add():
            answers.append(shopper.post("/cart/add/", seen=seen, variant=SKU, quantity="1"))

        with closing(sqlite3.connect(folder / "shop.sqlite3", isolation_level=None)) as other:
            # The request is in the middle of its work: it waits for this lock.
            other.execute("BEGIN IMMEDIATE")
            asking = threading.Thread(target=add)
            asking.start()
            wait_for(lambda: _is_waiting(web), what="request in the server")
            web.terminate()
            wait_for(web.takes_nothing_new, what="end of new requests")
            assert not answers and web.process.poll() is None
            other.execute("ROLLBACK")
        asking.join()
        assert [answer.status_code for answer in answers] == [302]
        assert web.process.wait(timeout=60) == 0
    with closing(sqlite3.connect(folder / "shop.sqlite3")) as connection:
        newest = "SELECT v.sku FROM orders_cartline l JOIN catalog_variant v ON v.id = l.variant_id "
        assert connection.execute(newest + "ORDER BY l.id DESC LIMIT 1").fetchone() == (SKU,)


def test_one_release_takes_over_from_another_and_every_request_is_answered(folder, tmp_path):
    with servers(folder) as start:
        old = start()
        with running_front(tmp_path, UPSTREAMS=f"127.0.0.1:{old.port}") as front, visitors(front.url) as seen:
            wait_for(lambda: len(seen) > 30, what="answers of the old one", seconds=120)
            new = start()
            front.use(UPSTREAMS=f"127.0.0.1:{new.port}")
            old.terminate()
            assert old.process.wait(timeout=90) == 0
            before = len(seen)
            wait_for(lambda: len(seen) > before + 30, what="answers of the new one", seconds=120)
    assert set(seen) == {("GET", 200), ("POST", 302)}, set(seen)


@contextmanager
def visitors(url):
    """People who look and put things into their baskets; each answer as (method, status or error)."""
    stop, answers = threading.Event(), []

    def visit(number):
        while not stop.is_set():
            shopper = Shopper(url, email=f"{number}@example.com")
            try:
                page = shopper.get(f"/product/{PRODUCT}/?variant={SKU}")
                answers.append(("GET", page.status_code))
                added = shopper.post("/cart/add/", seen=page, variant=SKU, quantity="1")
                answers.append(("POST", added.status_code))
            except (requests.RequestException, AssertionError) as error:
                answers.append(("lost", repr(error)))

    threads = [threading.Thread(target=visit, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _is_waiting(web):
    """Whether it has read what a client sent over an open connection and has yet to answer."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        local, _, state, queues = line.split()[1:5]
        if local == f"0100007F:{web.port:04X}" and state == "01" and queues == "00000000:00000000":
            return True
    return False
