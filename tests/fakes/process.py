"""Fake providers as processes of their own, told what to do over HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent.parent


class Fake:
    """A running fake: `url` is where its API answers."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.server", name],
            cwd=ROOT,
            stdin=subprocess.PIPE,  # closes with this process, and the fake ends with it
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def tell(self, verb: str, **body: Any) -> Any:
        """`POST /_fake/<verb>`: something a person or a fault does at the provider."""
        answer = requests.post(f"{self.url}/_fake/{verb}", json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def go_wrong(
        self, path: str, do: str, *, method: str = "POST", times: int = 1, status: int = 500
    ) -> None:
        """The next `times` requests whose path matches the regex `path` fail; see `tests.fakes.server`."""
        self.tell("faults", path=path, do=do, method=method, times=times, status=status)

    def requests(self, path: str = "", method: str = "") -> list[dict[str, Any]]:
        """What it was asked so far, oldest first."""
        found = requests.get(f"{self.url}/_fake/requests", timeout=30).json()
        return [one for one in found if path in one["path"] and method in ("", one["method"])]

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def running_fake(name: str) -> Iterator[Fake]:
    """A fake provider with empty books, gone at the end of the block."""
    fake = Fake(name)
    try:
        yield fake
    finally:
        fake.stop()
