from typing import Any

from celery.exceptions import WorkerLostError
from celery.signals import task_failure
from django.apps import AppConfig


class BackgroundConfig(AppConfig):
    name = "background"
    verbose_name = "Background work"

    def ready(self) -> None:
        task_failure.connect(_keep_lost, dispatch_uid="background.keep_lost")


def _keep_lost(sender: Any, exception: Any, args: Any, **_: Any) -> None:
    """A process that was killed in the middle of a task, more often than it may be: in its parent."""
    if isinstance(exception, WorkerLostError) and hasattr(sender, "keep_lost"):
        sender.keep_lost(exception, args)
