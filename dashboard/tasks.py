"""Background entry points of the sweep, which beat calls, and of work that knows every app."""

from celery import shared_task


@shared_task(name="dashboard.tasks.sweep")
def sweep() -> None:
    from django.utils import timezone

    from dashboard.services.sweep import sweep as run

    run(now=timezone.now())


@shared_task(name="dashboard.export_personal_data", lane="personal-data")
def export_personal_data(request_id: int) -> None:
    from dashboard.services.data_export import export

    export(request_id)


@shared_task(name="dashboard.erase_personal_data", lane="personal-data")
def erase_personal_data(request_id: int) -> None:
    from dashboard.services.data_erasure import erase

    erase(request_id)
