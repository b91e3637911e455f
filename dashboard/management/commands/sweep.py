"""`manage.py sweep`: do the work that is still owed."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from dashboard.services.sweep import sweep


class Command(BaseCommand):
    help = "Do what is still owed: emails, papers, payments to settle, unpaid orders to cancel."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=int, metavar="SECONDS", help="Keep going, with so many seconds in between."
        )

    def handle(self, *args: Any, every: int | None = None, **options: Any) -> None:
        if every is None:
            failed = self._once()
            if failed:
                raise CommandError(f"The sweep of {', '.join(failed)} failed; the log says why.")
            return
        if every < 1:
            raise CommandError("--every wants at least 1 second.")
        try:
            while True:
                self._once(alone=True)
                close_old_connections()
                time.sleep(every)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _once(self, *, alone: bool = False) -> list[str]:
        done, failed = sweep(now=timezone.now(), alone=alone)
        for app, counts in done.items():
            words = [f"{count} {what}" for what, count in counts.items() if count]
            self.stdout.write(f"{app}: {', '.join(words) or 'nothing to do'}")
        for app in failed:
            self.stderr.write(f"{app}: failed")
        return failed
