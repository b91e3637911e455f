"""A Celery worker of a shop, as a process with children."""

import signal
import sys
from collections.abc import Mapping

from tests.servers.base import Server


class Worker(Server):
    """`Worker(environment)`: a worker of the shop that this environment describes."""

    name = "worker"
    ends_with = signal.SIGTERM

    def __init__(self, environment: Mapping[str, str], *, queues: str = "", processes: int = 2) -> None:
        self._environment, self._queues, self._processes = dict(environment), queues, processes
        super().__init__()

    def command(self) -> list[str]:
        self._start_of_log = self.log.stat().st_size if self.log.exists() else 0
        command = [sys.executable, "-m", "celery", "-A", "ecommerce", "worker", "--loglevel", "INFO"]
        command += ["--concurrency", str(self._processes), "--without-gossip", "--without-mingle"]
        return command + (["-Q", self._queues] if self._queues else [])

    def environment(self) -> dict[str, str]:
        return self._environment

    def is_ready(self) -> bool:
        return b" ready." in self.log.read_bytes()[self._start_of_log :]
