"""Runs probes side by side, none longer than its time, and remembers the answers for a moment."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Lock, Thread

from ecommerce.health import outages
from ecommerce.health.services import SERVICES, Service

log = logging.getLogger(__name__)

# A probe that takes longer has failed, whatever it would have said.
TIMEOUT = 2.0
# So long an answer is good enough for the next who asks; balancers ask every few seconds.
KEPT = 4.0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one probe. `error` is for logs and staff's terminals, not for the public."""

    service: Service
    error: str = ""
    seconds: float = 0

    @property
    def is_up(self) -> bool:
        return not self.error


class _Probe:
    """A probe under way in a thread of its own, so that one that hangs holds up nobody."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._error: str | None = None
        self._began = time.monotonic()
        self._took = TIMEOUT
        self._thread = Thread(target=self._run, name=f"probe-{service.name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.service.probe()
        except Exception as error:  # each driver has errors of its own
            self._took, self._error = time.monotonic() - self._began, describe(error)
        else:
            self._took, self._error = time.monotonic() - self._began, ""

    def result(self) -> Result:
        """Waits for the rest of its time, counted from when it began."""
        self._thread.join(max(0.0, self._began + TIMEOUT - time.monotonic()))
        error = self._error if self._error is not None else f"no answer within {TIMEOUT:g} s"
        return Result(service=self.service, error=error, seconds=self._took)

    def is_running(self) -> bool:
        return self._thread.is_alive()


def describe(error: Exception) -> str:
    """The kind of error and what it says, in one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300].removesuffix(": ")


_hanging: dict[str, _Probe] = {}
_starting = Lock()


def check(services: Iterable[Service] | None = None) -> dict[str, Result]:
    """Probe these services, all that are configured by default, and note which are down.

    Takes `TIMEOUT` at most. A probe that still hangs from an earlier time is not joined by another.
    """
    chosen = [service for service in services or SERVICES.values() if service.configured()]
    with _starting:
        under_way = []
        for service in chosen:
            probe = _hanging.get(service.name)
            if probe is None or not probe.is_running():
                probe = _hanging[service.name] = _Probe(service)
            under_way.append(probe)
    results = {probe.service.name: probe.result() for probe in under_way}
    for result in results.values():
        _note(result)
    return results


def _note(result: Result) -> None:
    if result.is_up:
        if outages.end(result.service.name):
            log.warning("%s can be reached again", result.service.name)
    elif outages.begin(result.service.name):
        log.error("%s cannot be reached: %s", result.service.name, result.error)


class Kept:
    """The latest results of this process, at most `KEPT` seconds old."""

    def __init__(self, ask: Callable[[], dict[str, Result]] = check) -> None:
        self._ask = ask
        self._asking = Lock()
        self._results: dict[str, Result] = {}
        self._until = 0.0

    def results(self) -> dict[str, Result]:
        """One caller asks; those who come meanwhile are told what was known, or wait if nothing was."""
        if time.monotonic() < self._until:
            return self._results
        if not self._asking.acquire(blocking=not self._results):
            return self._results
        try:
            if time.monotonic() >= self._until:
                self._results = self._ask()
                self._until = time.monotonic() + KEPT
            return self._results
        finally:
            self._asking.release()

    def forget(self) -> None:
        self._results, self._until = {}, 0.0


latest = Kept()
