"""Background entry points; each calls one service and may run twice."""

from celery import shared_task


@shared_task(name="orders.send_notification")
def send_notification(pk: int) -> None:
    from orders.services import notifications

    notifications.send_notification(pk)
