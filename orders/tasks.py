"""Background entry points; each calls one service and may run twice."""

from celery import shared_task


@shared_task(name="orders.send_notification", queue_name="mail")
def send_notification(pk: int) -> None:
    """Send an email about an order. Raises NotSent when the mail server refused it."""
    from orders.services import notifications

    if not notifications.send_notification(pk):
        notifications.raise_refused(pk)
