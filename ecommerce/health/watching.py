"""Out of everybody's way: asks a service that failed somebody, and one that is down until it is back."""

import logging
from threading import Event, Lock, Thread

from django.conf import settings

from ecommerce.health import outages
from ecommerce.health.checking import check
from ecommerce.health.services import SERVICES

log = logging.getLogger(__name__)
_lock = Lock()
_suspects: set[str] = set()
_watcher: Thread | None = None
_woken = Event()


def suspect(name: str) -> None:
    """Somebody could not use this service: see, later and elsewhere, whether it is down.

    Costs nothing; a page that failed is not made slower by it.
    """
    if SERVICES[name].configured():
        _watch(name)


def watch_outages() -> None:
    """See to it that somebody in this process asks until what is down is back."""
    _watch(None)


def _watch(name: str | None) -> None:
    global _watcher
    if not settings.OUTAGE_RECHECK_SECONDS:
        return
    with _lock:
        if name:
            _suspects.add(name)
            _woken.set()
        # A thread does not live on in a forked process, and says so.
        if _watcher is None or not _watcher.is_alive():
            _watcher = Thread(target=_until_all_is_well, name="outages", daemon=True)
            _watcher.start()


def _until_all_is_well() -> None:
    global _watcher
    while True:
        with _lock:
            names = _suspects | {outage.service.name for outage in outages.current()}
            _suspects.clear()
            _woken.clear()
            if not names:
                _watcher = None
                return
        try:
            check([SERVICES[name] for name in names])
        except Exception:
            log.exception("outages are not watched")
        _woken.wait(settings.OUTAGE_RECHECK_SECONDS)
