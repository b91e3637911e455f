"""What is counted while it happens, by each process for itself."""

from typing import Any

from prometheus_client import Counter

service_errors = Counter(
    "shop_service_errors",
    "Errors of a service (database, documents, cache, broker, files) that were logged.",
    ["service"],
)
tasks_failed = Counter("shop_tasks_failed", "Background tasks that raised an error, by name.", ["task"])


def count_failed_task(sender: Any = None, **kwargs: Any) -> None:
    """Celery's signal of a task that failed, in a worker or in a thread of the server."""
    tasks_failed.labels(task=getattr(sender, "name", "unknown")).inc()
