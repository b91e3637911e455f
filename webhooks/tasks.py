"""Background work of webhooks. Every task may run twice; the sweep finds lost ones."""

from celery import shared_task

from webhooks.services import notices, sending


@shared_task(name="webhooks.send_event", queue_name="webhooks")
def send_event(event_id: int) -> None:
    """Send one event to everybody who wants it."""
    sending.send_event(event_id)


@shared_task(name="webhooks.send", queue_name="webhooks")
def send(delivery_id: int) -> None:
    """Send one delivery."""
    sending.send(delivery_id)


@shared_task(name="webhooks.tell_maker", queue_name="mail")
def tell_maker(endpoint_id: int) -> None:
    """Email whoever made an endpoint that was given up."""
    notices.tell_maker(endpoint_id)
