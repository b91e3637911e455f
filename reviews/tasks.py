"""Background entry points; each calls one service and may run twice."""

from celery import shared_task


@shared_task(name="reviews.tell_asker", queue_name="mail")
def tell_asker(question_id: str) -> None:
    """Tell who asked that the shop has answered."""
    from reviews.services import telling

    telling.tell_asker(question_id)
