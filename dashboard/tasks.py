"""Background entry point of the sweep, which beat calls."""

from celery import shared_task


@shared_task(name="dashboard.tasks.sweep")
def sweep() -> None:
    from django.utils import timezone

    from dashboard.services.sweep import sweep as run

    run(now=timezone.now())
