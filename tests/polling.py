"""Waiting for something that happens in another process."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(question: Callable[[], T], *, what: str, seconds: float = 30) -> T:
    """Ask `question` until its answer is true, and return the answer; fail after `seconds`.

    The deadline only bounds a test that has failed already; a passing one goes on at once.
    """
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {what} within {seconds:g} s")
        time.sleep(0.05)
    return answer
