"""The queues of background work. Every task names its own: `@shared_task(queue_name="mail")`.

With a broker they are its queues; without one each is a thread of the server. Work in one queue is
kept waiting by nothing in another, such as a partner's server that answers slowly.
Imports nothing of Django, because settings import it.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What a queue is for, and how many seconds a task in it may take before it is ended."""

    purpose: str
    seconds: int


QUEUES = {
    "default": Queue(purpose="The sweep of what is not in another queue.", seconds=600),
    "codes": Queue(purpose="One-time codes: somebody waits for them in front of a form.", seconds=60),
    "mail": Queue(purpose="Emails to shoppers and staff.", seconds=300),
    "documents": Queue(purpose="PDFs of invoices, credit notes and labels.", seconds=600),
    "media": Queue(purpose="The sizes and formats of uploaded pictures.", seconds=600),
    "downloads": Queue(purpose="Pictures fetched from other people's servers.", seconds=1800),
    "imports": Queue(purpose="Files of products: checked, applied, undone.", seconds=3000),
    "reports": Queue(purpose="Files about a person's data, and erasing them.", seconds=1800),
    "webhooks": Queue(purpose="Events for other programs, whose servers may be slow.", seconds=600),
}
DEFAULT = "default"
# A task that ignores the end of its time is killed so many seconds later.
GRACE = 60
# A broker gives a message that was not answered for so long to another worker: longer than any task
# runs, its longest wait between two tries included.
VISIBILITY = 2 * max(queue.seconds + GRACE for queue in QUEUES.values())


def route(
    name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **_: Any
) -> dict[str, str] | None:
    """Where Celery publishes a task (`task_routes`); whoever hands it over may say otherwise."""
    queue = getattr(task, "queue_name", "")
    return {"queue": queue} if queue else None
