"""Tasks that do to their worker what no task of the shop should. Loaded by the workers of tests only."""

import os
import signal
import time
from contextlib import suppress

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded


@shared_task(name="tests.kills_its_process", queue_name="default", max_retries=2, default_retry_delay=0)
def kills_its_process(number: int) -> None:
    """Die as one that takes all memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="tests.never_ends", queue_name="default", soft_time_limit=1, time_limit=2)
def never_ends(number: int) -> None:
    """Take for ever, also when told to stop."""
    while True:
        with suppress(SoftTimeLimitExceeded):
            time.sleep(60)
