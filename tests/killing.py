"""A purchase that is killed at every step, and what the sweep makes of what is left.

`python -m tests.killing <gateway> <lane> <lanes>`, with VAR_DIR on a copy of the prepared demo shop:
runs one purchase through the shop's own services and pages to count its steps, then every `lanes`-th
of them again in a process of its own that kills itself there (SIGKILL, as a power cut would). Another
process then sweeps as time goes by and says what is not legal. Prints `{"steps": […], "problems":
{…}}`.

A step is the moment before or after a service, a commit, a call of the gateway, a stored file or an
email, as far as anything was written since the one before. The shop knows nothing of this: the
functions are wrapped from outside, here.
"""

import functools
import gc
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.files.storage import FileSystemStorage  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from ecommerce.lib import background, emails  # noqa: E402
from payments import gateways  # noqa: E402
from payments.gateways.stripe.client import _client as stripe_client  # noqa: E402
from tests import killed_purchase  # noqa: E402
from tests.fakes.process import Fake, running_fake  # noqa: E402

_SERVICES = ("catalog.services.", "orders.services.", "payments.services.", "documents.services.")
_OURS = ("catalog.", "orders.", "payments.", "documents.", "ecommerce.")
_READS = ("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE")
_FOLDERS = ("mail", "private")


class Killer:
    """Counts the steps, and ends the process at number `at` (-1: never)."""

    def __init__(self, at: int) -> None:
        self.at, self.names, self.written = at, list[str](), True

    def step(self, name: str, *, counts: bool = False) -> None:
        """`counts`: also when nothing was written to a database since the last step."""
        if not (self.written or counts):
            return
        if len(self.names) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)
        self.written = False

    def watch(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        """Django's `execute_wrapper`: notes that something is being written."""
        result = execute(sql, *rest)
        self.written |= not sql.lstrip().upper().startswith(_READS)
        return result

    def around(self, function: Callable[..., Any], name: str, *, counts: bool = False) -> Callable[..., Any]:
        @functools.wraps(function)
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self.step(f"before {name}", counts=counts)
            result = function(*args, **kwargs)
            self.written |= name == "a commit"
            self.step(f"after {name}", counts=counts)
            return result

        return stepping


def instrument(killer: Killer) -> None:
    """Put the killer around everything on the way; this process is not used for anything else."""
    wrapped: dict[Any, Any] = {value: killer.around(value, name) for name, value in _services()}
    wrapped[emails.send_email] = killer.around(emails.send_email, "send_email", counts=True)
    wrapped[background._hand_over] = killer.around(background._hand_over, "work after the commit")
    for module in _modules(_OURS):
        for attribute, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in wrapped:
                setattr(module, attribute, wrapped[value])
    for gateway in gateways.known().values():
        for method in ("start", "confirm", "fetch", "capture", "cancel", "refund"):
            label = f"gateway {gateway.code}.{method}"
            setattr(gateway, method, killer.around(getattr(gateway, method), label, counts=True))
    save, commit = FileSystemStorage.save, BaseDatabaseWrapper.commit
    FileSystemStorage.save = killer.around(save, "a stored file", counts=True)  # type: ignore[method-assign]
    BaseDatabaseWrapper.commit = killer.around(commit, "a commit")  # type: ignore[method-assign]
    for alias in connections:
        connections[alias].execute_wrappers.append(killer.watch)


def _modules(names: tuple[str, ...]) -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name.startswith(names)]


def _services() -> Iterator[tuple[str, FunctionType]]:
    """Every public function of every service that is loaded."""
    for module in _modules(_SERVICES):
        for name, value in vars(module).items():
            is_own = isinstance(value, FunctionType) and value.__module__ == module.__name__
            if is_own and not name.startswith("_"):
                yield f"{module.__name__}.{name}", value


class Lane:
    """A folder with a shop of its own, put back to its beginning before every try."""

    def __init__(self) -> None:
        self.var_dir = Path(settings.VAR_DIR)
        self.saved = self.var_dir / "saved"
        self.databases = [self.var_dir / f"{name}.sqlite3" for name in ("shop", "documents")]
        connections.close_all()
        self.saved.mkdir()
        for file in self.databases:
            shutil.copyfile(file, self.saved / file.name)

    def restore(self) -> None:
        connections.close_all()
        for file in self.databases:
            for ending in ("-wal", "-shm"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            shutil.copyfile(self.saved / file.name, file)
        for folder in _FOLDERS:
            shutil.rmtree(self.var_dir / folder, ignore_errors=True)

    @contextmanager
    def child(self, work: Callable[[], Any]) -> Iterator[tuple[int, Any]]:
        """Run `work` in a process of its own: how that ended (a wait status), and what it returned."""
        answer = self.var_dir / "answer.json"
        answer.unlink(missing_ok=True)
        connections.close_all()
        pid = os.fork()
        if pid == 0:
            try:
                answer.write_text(json.dumps(work()))
                os._exit(0)
            except BaseException:
                answer.write_text(json.dumps(traceback.format_exc()))
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        yield status, json.loads(answer.read_text()) if answer.exists() else None


def buy(fake: Fake | None, at: int) -> list[str]:
    killer = Killer(at)
    instrument(killer)
    killed_purchase.buy(fake)
    return killer.names


def run(lane_number: int, lanes: int, fake: Fake | None) -> dict[str, Any]:
    killed_purchase.prepare(fake)
    lane = Lane()
    killed_purchase.buy(fake)  # so that every process starts with all modules and fonts loaded
    killed_purchase.look(fake)
    gc.freeze()  # or every process begins by copying what the collector touches
    start_anew(lane, fake)
    with lane.child(lambda: buy(fake, -1)) as (status, steps):
        if status:
            raise RuntimeError(steps)
    # Until the gateway is asked, a purchase is the same whoever takes the money.
    first = steps.index("before gateway stripe.start") if fake else 0
    last = len(steps) + 1 if fake else steps.index("before gateway demo.start") + 1
    problems = {}
    for number in range(first + lane_number, last, lanes):
        start_anew(lane, fake)
        # One more than there are steps: nothing is killed, and all of it has to be right as well.
        at = number if number < len(steps) else -1
        with lane.child(functools.partial(buy, fake, at)) as (status, words):
            wanted = -signal.SIGKILL if at >= 0 else 0
            if os.waitstatus_to_exitcode(status) != wanted:
                problems[f"{number} did not die"] = str(words)
                continue
        with lane.child(lambda: killed_purchase.look(fake)) as (status, found):
            if status or found:
                name = steps[number] if at >= 0 else "nothing killed"
                problems[f"{number} {name}"] = str(found)
    return {"steps": steps[first:last], "problems": problems}


def start_anew(lane: Lane, fake: Fake | None) -> None:
    """Nothing was bought yet, here or at the bank; no process goes on with another's connections."""
    lane.restore()
    stripe_client.cache_clear()
    if fake is not None:
        fake.tell("reset")


def main(gateway: str, lane_number: int, lanes: int) -> None:
    with running_fake("stripe") if gateway == "stripe" else nullcontext() as fake:
        answer = run(lane_number, lanes, fake)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
