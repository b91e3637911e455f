"""What staff send themselves: a test, and once more what was sent before."""

from typing import Any

from django.utils import timezone

from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic
from webhooks.event_types import TEST
from webhooks.models import Delivery, Endpoint
from webhooks.services.publishing import write_for


@retrying_atomic
def send_test(*, endpoint: Endpoint) -> Delivery:
    """Send a `webhook.test` event to one endpoint after commit, whatever it has subscribed to.

    Raises DomainError (`switched_off`) for one that is not sent to.
    """
    require_active(endpoint)
    delivery = write_for(endpoint, type=TEST, data={"message": "This is a test.", "webhook_id": endpoint.pk})
    _hand_over(delivery)
    return delivery


@retrying_atomic
def replay(*, delivery: Delivery) -> Delivery:
    """Send a delivery once more, also one that was delivered; the event keeps its id. The tries start over.

    One that is being sent right now is left to whoever sends it. Raises DomainError (`switched_off`).
    """
    require_active(delivery.endpoint)
    now = timezone.now()
    rows = Delivery.objects.filter(pk=delivery.pk)
    idle = rows.filter(claimed_until=None) | rows.filter(claimed_until__lte=now)
    idle.update(state=Delivery.State.PENDING, attempts=0, next_try_at=now, claimed_until=None)
    _hand_over(delivery)
    delivery.refresh_from_db()
    return delivery


def require_active(endpoint: Endpoint) -> None:
    """Raise DomainError (`switched_off`) for an endpoint that is not sent to."""
    if not endpoint.is_active:
        raise DomainError("This webhook is switched off. Switch it on first.", code="switched_off")


def _hand_over(delivery: Delivery) -> None:
    from webhooks.tasks import send

    task: Any = send
    after_commit(task, delivery.pk)
