"""Background entry points of the sweep, which beat calls, and of work that knows every app."""

from celery import shared_task


@shared_task(name="dashboard.sweep", queue_name="default", words_only=True)
def sweep(kind: str) -> None:
    """Look for owed work of one kind and do it."""
    from django.utils import timezone

    from dashboard.services.sweep import sweep_alone

    sweep_alone(kind, now=timezone.now())


@shared_task(name="dashboard.export_personal_data", queue_name="reports")
def export_personal_data(request_id: int) -> None:
    """Make the file of what the shop knows of a person."""
    from dashboard.services.data_export import export

    export(request_id)


@shared_task(name="dashboard.erase_personal_data", queue_name="reports")
def erase_personal_data(request_id: int) -> None:
    """Erase what the shop knows of a person."""
    from dashboard.services.data_erasure import erase

    erase(request_id)
