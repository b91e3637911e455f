"""`manage.py worker`: a Celery worker of all queues, or of some, with beat if wanted."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ecommerce.lib.queues import QUEUES


class Command(BaseCommand):
    help = "Do background work that comes by CELERY_BROKER_URL, until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", help=f"some of {','.join(QUEUES)}; default: all")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="default: one a core")
        parser.add_argument(
            "--beat", action="store_true", help="also have owed work looked for; in one worker of a shop"
        )

    def handle(self, *, queues: str | None, processes: int, beat: bool, **options: Any) -> None:
        os.execv(sys.executable, command(queues=queues, processes=processes, beat=beat))  # noqa: S606


def command(*, queues: str | None, processes: int, beat: bool) -> list[str]:
    """What is started. Raises CommandError without a broker and for queues that there are not."""
    if not settings.CELERY_BROKER_URL:
        raise CommandError(
            "Set CELERY_BROKER_URL, such as redis://127.0.0.1:6379/1. Without it there is no worker."
        )
    chosen = [name.strip() for name in (queues or ",".join(QUEUES)).split(",")]
    if unknown := [name for name in chosen if name not in QUEUES]:
        raise CommandError(f"There is no queue {', '.join(unknown)}. There are: {', '.join(QUEUES)}.")
    started = [sys.executable, "-m", "celery", "-A", "ecommerce", "worker", "--loglevel", "INFO"]
    started += ["--queues", ",".join(chosen), "--concurrency", str(processes)]
    return started + (["--beat"] if beat else [])
