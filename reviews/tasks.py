"""Background entry points; each calls one service and may run twice."""

from celery import shared_task


@shared_task(name="reviews.tell_asker")
def tell_asker(question_id: str) -> None:
    from reviews.services import telling

    telling.tell_asker(question_id)
