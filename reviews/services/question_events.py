"""The diary of a question."""

from customers.models import User
from reviews.models import Question, QuestionEvent


def record(*, question: Question, kind: str, message: str, actor: User) -> QuestionEvent:
    """Append an event. Staff are named in it, customers are not."""
    label = actor.get_full_name() if actor.is_staff else "Customer"
    return QuestionEvent.objects.create(
        question_id=question.pk,
        kind=kind,
        message=message,
        actor_id=str(actor.customer_id),
        actor_label=label[:120],
    )
