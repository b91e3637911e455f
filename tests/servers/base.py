"""What all private servers have in common: a folder, a process, and an end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

from tests.machine import require
from tests.polling import wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
# Test tools that must not share an environment with the shop (`script/setup --services`).
TOOLS = ROOT / ".services" / "venv" / "bin"


def free_port(*, below: int = 65536) -> int:
    """A port of 127.0.0.1 that nobody listens on, under `below`."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < below:
            return port


def program(name: str, package: str) -> str:
    """The path of a program, looked for among our tools and on the machine."""
    path = os.environ.get("PATH", "") + os.pathsep + os.pathsep.join((str(TOOLS), "/usr/sbin", "/sbin"))
    found = shutil.which(name, path=path)
    require(found, f"no {name} ({package}): run script/setup --services")
    assert found
    return found


class Server:
    """A server of our own. A subclass says how it starts (`command`) and when it is ready."""

    name = "server"
    # Some take a minute to say goodbye and lose nothing when they are not asked to.
    ends_with = signal.SIGTERM

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"shop-{self.name}-"))
        self.folder.chmod(0o711)  # a database server reads below it as its own user
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.prepare()
            self.start()
        except BaseException:
            self.close()
            raise

    def prepare(self) -> None:
        """Once, before the first start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def is_ready(self) -> bool:
        return is_open(self.port)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def start(self) -> None:
        """Start it and come back when it answers; the port and the data are those of before."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(self._answers, what=f"answer of {self.name}", seconds=90)

    def _answers(self) -> bool:
        if not self.is_running:
            raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-3000:]}")
        return self.is_ready()

    def stop(self) -> None:
        """End it in order; its data stays."""
        self._end(self.ends_with)

    def kill(self) -> None:
        """End it as a power cut would, with everything it started."""
        self._end(signal.SIGKILL)

    def hang(self) -> None:
        """Let it accept connections and answer nothing, until `go_on`."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(number)
        try:
            self._process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)

    def close(self) -> None:
        """End it and forget its data."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
