"""Handing work to the broker, which may be down: soon, or not at all.

A request must neither fail nor wait for it. A message that could not be published is a lost message,
which the sweep finds again; and while the broker is down nobody tries for each message anew.
"""

import logging
import time
from threading import Lock
from typing import Any

from celery import Task
from kombu.pools import producers

log = logging.getLogger(__name__)

# Seconds to connect, and to wait for the broker's answer.
_PATIENCE = 0.3
# So long after a failure nothing is published; then one message finds out how things are.
_PAUSE = 5.0
# Bounded at the transport: by default kombu tries to connect for ever.
_OPTIONS: dict[str, Any] = {
    "max_retries": 1,
    "interval_start": 0.05,
    "interval_step": 0.05,
    "interval_max": 0.1,
    "connect_retries_timeout": 2 * _PATIENCE,
}
_REDIS = {"socket_connect_timeout": _PATIENCE, "socket_timeout": _PATIENCE}
_AMQP = {"read_timeout": _PATIENCE, "write_timeout": _PATIENCE}

_quiet_until = 0.0
_watching = Lock()


def publish(task: Task, args: tuple[Any, ...]) -> bool:
    """Send a task to the broker; returns whether it has it. Never raises, and takes less than a second."""
    global _quiet_until
    with _watching:
        if time.monotonic() < _quiet_until:
            log.warning("task %s was not published: the broker is down", task.name)
            return False
    try:
        _send(task, args)
        return True
    except Exception as error:
        # Without its text, which may hold the broker's address with its password.
        words = "task %s was not published (%s); the sweep finds its work"
        log.error(words, task.name, type(error).__name__, extra={"service": "broker"})
        with _watching:
            _quiet_until = time.monotonic() + _PAUSE
        return False


def try_again_at_once() -> None:
    """Forget that the broker was down."""
    global _quiet_until
    with _watching:
        _quiet_until = 0.0


def _send(task: Task, args: tuple[Any, ...]) -> None:
    url = str(task.app.conf.broker_write_url or task.app.conf.broker_url)
    own = _REDIS if url.startswith(("redis:", "rediss:", "redis+")) else _AMQP
    connection = task.app.connection_for_write(connect_timeout=_PATIENCE, transport_options=_OPTIONS | own)
    with producers[connection].acquire(block=True, timeout=_PATIENCE) as producer:
        task.apply_async(args=args, producer=producer, retry=False)
