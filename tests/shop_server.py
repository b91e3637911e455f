"""A real shop for tests: granian with several workers, its own databases, files and mail.

The first server of a run prepares a template (tables, demo shop, static files); every server
starts on a copy of it, so what one test writes no other test sees.
"""

import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.databases import FILES, migrated
from tests.polling import wait_for
from tests.settings import EMBEDDED, RUN_DIR_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
RUN_DIR = Path(os.environ[RUN_DIR_VARIABLE])
STATIC_OF_LAST_RUN = ROOT / ".pytest_cache" / "shop-static"
# What the test run sets for itself, and a server must decide as it does in the shop.
_OF_THE_TEST_RUN = {
    "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "BACKGROUND", "FIXED_ONE_TIME_CODE", RUN_DIR_VARIABLE
}  # fmt: skip


class ShopServer:
    """A running shop. `url` is its address, `var_dir` holds everything it writes."""

    def __init__(self, var_dir: Path, *, workers: int = 2, **environment: str) -> None:
        self.var_dir = var_dir
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = var_dir / "server.log"
        self.environment = environment_of(var_dir, SITE_URL=self.url, **environment)
        # The sweep stays out: a test that wants one runs it with `manage("sweep")`.
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), "--sweep-every", "0"]
        command += ["--workers", str(workers), "--threads", "4"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_for(self._answers, what=f"answer of the shop at {self.url}", seconds=600)
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"the shop did not start:\n{self.log.read_text()}")
        try:
            with urllib.request.urlopen(f"{self.url}/pages/imprint/", timeout=30):
                return True
        except urllib.error.HTTPError:
            return True  # the shop is there; what it answers is the tests' business
        except OSError:
            return False

    def stop(self) -> None:
        """End the server and its workers, which are one session of their own."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a management command on this shop's data and return what it printed."""
        return _manage(self.environment | environment, *arguments)

    def ask(self, expression: str, *, setup: str = "") -> Any:
        """Evaluate Python inside the shop and return the answer, which JSON must be able to carry.

        `ask("Order.objects.count()", setup="from orders.models import Order")`
        """
        code = (
            f"{setup}\nimport json\nfrom django.core.serializers.json import DjangoJSONEncoder\n"
            f"print(json.dumps({expression}, cls=DjangoJSONEncoder))"
        )
        return json.loads(self.manage("shell", "--no-imports", "-c", code).splitlines()[-1])

    def rows(self, sql: str, *parameters: Any, database: str = "shop") -> list[dict[str, Any]]:
        """Rows of the shop's own database file; `database` is "shop" or "documents"."""
        with closing(self._connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]

    def write(self, sql: str, *parameters: Any, database: str = "shop") -> int:
        """Change the data behind the shop's back; returns the number of rows changed."""
        with closing(self._connect(database)) as connection, connection:
            return connection.execute(sql, parameters).rowcount

    def _connect(self, database: str) -> sqlite3.Connection:
        return sqlite3.connect(self.var_dir / f"{database}.sqlite3", timeout=20)

    def mails(self, *, to: str = "") -> list[EmailMessage]:
        """The emails the shop has sent so far (to one address), oldest first."""
        files = sorted((self.var_dir / "mail").glob("*.eml"))
        messages = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [message for message in messages if to in message["To"]]


@contextmanager
def running_shop(name: str, *, workers: int = 2, **environment: str) -> Iterator[ShopServer]:
    """A shop of its own on a copy of the template, gone at the end of the block.

    Besides, its `environment` is that of the test run.
    """
    # A new folder each time: what is left of a stopped shop is in nobody's way.
    var_dir = copy_of_shop(name)
    server = ShopServer(var_dir, workers=workers, **environment)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(var_dir, ignore_errors=True)


def copy_of_shop(name: str) -> Path:
    """A new folder with the prepared demo shop, for a process that is not a server."""
    var_dir = RUN_DIR / "shops" / f"{name}-{uuid.uuid4().hex[:12]}"
    _copy(_template(), var_dir)
    return var_dir


def _template() -> Path:
    """The prepared demo shop of this run, made by whichever worker asks first."""
    template = RUN_DIR / "template"
    with (RUN_DIR / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (template / "ready").exists():
            shutil.rmtree(template, ignore_errors=True)
            template.mkdir()
            for name in FILES.values():
                shutil.copyfile(migrated() / name, template / name)
            # Compressing static files takes longest and seldom changes anything; `prepare` knows.
            if STATIC_OF_LAST_RUN.is_dir():
                shutil.copytree(STATIC_OF_LAST_RUN, template / "static")
            _manage(environment_of(template, SITE_URL="http://127.0.0.1"), "prepare")
            _keep(template / "static", STATIC_OF_LAST_RUN)
            _file_papers(template / "shop.sqlite3")
            (template / "ready").touch()
    return template


def _file_papers(database: Path) -> None:
    """The demo's papers count as made, or the first sweep of every test would make hundreds."""
    kept = {
        "orders_invoice": "file_stored_at",
        "orders_creditnote": "file_stored_at",
        "orders_shipment": "label_stored_at",
        "orders_return": "label_stored_at",
    }
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in kept.items():
            connection.execute(f"UPDATE {table} SET {column} = CURRENT_TIMESTAMP")  # noqa: S608


def _keep(folder: Path, kept: Path) -> None:
    """Replace `kept` with a copy of `folder`, so that another run sees the one or the other."""
    stamp = kept / ".sources"
    if stamp.is_file() and stamp.read_text() == (folder / ".sources").read_text():
        return
    draft = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copytree(folder, draft)
    shutil.rmtree(kept, ignore_errors=True)
    try:
        draft.rename(kept)
    except OSError:  # another run was faster
        shutil.rmtree(draft)


def _copy(source: Path, target: Path) -> None:
    """Copy a shop's folder; files that are never changed in place share their content."""

    def copy_file(old: str, new: str) -> None:
        part = Path(old).relative_to(source).parts[0]
        if part in ("static", "media"):
            os.link(old, new)
        else:
            shutil.copyfile(old, new)

    shutil.copytree(source, target, copy_function=copy_file)


def environment_of(var_dir: Path, **values: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OF_THE_TEST_RUN}
    return kept | EMBEDDED | {"VAR_DIR": str(var_dir), "SHOP_DEMO": "1", "DEBUG": "0"} | values


def _manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
