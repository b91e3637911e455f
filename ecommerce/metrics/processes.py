"""Lets the processes of one server count together.

Each writes into files of its own in one folder, and whoever is asked adds up all of them. The library
chooses this way when it is loaded, by the variable PROMETHEUS_MULTIPROC_DIR.
"""

import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# Not before `share_counts` has run: the library looks at the variable when it is loaded.
if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# What other machines left in a shared folder goes after so long without a word.
_ABANDONED = 7 * 24 * 60 * 60


def share_counts(root: Path) -> None:
    """Make an empty folder in `root` for this process and its children. Call it before Django is set up.

    What servers left there that have ended goes. A folder that was chosen by the variable is kept.
    """
    if VARIABLE in os.environ:
        return
    root.mkdir(parents=True, exist_ok=True)
    own = root / f"{socket.gethostname()}-{os.getpid()}"
    for folder in _left_behind(root, own):
        shutil.rmtree(folder, ignore_errors=True)
    own.mkdir()
    os.environ[VARIABLE] = str(own)


def _left_behind(root: Path, own: Path) -> Iterator[Path]:
    for folder in root.iterdir():
        host, _, number = folder.name.rpartition("-")
        if host == socket.gethostname() and number.isdigit():
            # A server of the same number is this one: in a container numbers repeat.
            if folder == own or not _is_running(int(number)):
                yield folder
        elif _last_written(folder) < time.time() - _ABANDONED:
            yield folder


def _is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _last_written(folder: Path) -> float:
    return max((path.stat().st_mtime for path in (folder, *folder.glob("*.db"))), default=0.0)


def all_counts() -> "CollectorRegistry":
    """What all processes of this server counted, or this one, if it is alone."""
    from prometheus_client import REGISTRY, CollectorRegistry
    from prometheus_client.multiprocess import MultiProcessCollector

    if not os.path.isdir(os.environ.get(VARIABLE, "")):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
