"""The outbox: what happened is written in the transaction in which it happens.

So an event is told if and only if it is true: a transaction that is rolled back takes its events
along, and one that commits has them on record, whatever happens to the process afterwards.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecommerce.lib import notebook
from ecommerce.lib.api_formats import JSONRenderer
from ecommerce.lib.background import after_commit
from webhooks.models import Delivery, Endpoint, Event
from webhooks.models.event import new_public_id

_PAGE = "webhooks"


@transaction.atomic(savepoint=False)
def publish(
    type: str, object_id: int | str, data: Callable[[], dict[str, Any]], *, replaces: bool = False
) -> None:
    """Note that something happened, for each endpoint that wants to know; sent after commit.

    `data` is called only when somebody does. Who wants what is asked once in a transaction.
    `replaces`: an event of this type and object that was published earlier in the same transaction
    says this now, instead of a second one.
    """
    takers = [pk for pk, events in _subscribed() if type in events]
    if not takers:
        return
    known = notebook.page(_PAGE).setdefault("known", {})
    key = (type, str(object_id))
    if replaces and key in known and _say_instead(known[key], type, data()):
        return
    known[key] = _write(type, str(object_id), data(), takers).public_id


def withdraw(type: str, object_id: int | str) -> None:
    """An event published earlier in this transaction turned out not to be one after all."""
    public_id = notebook.page(_PAGE).get("known", {}).get((type, str(object_id)))
    if public_id:
        Event.objects.filter(public_id=public_id).delete()


def is_wanted(*types: str) -> bool:
    """Whether anybody is told of one of these types."""
    return any(set(types) & events for _, events in _subscribed())


def forget_subscribers() -> None:
    """Who wants what has just changed: what this transaction publishes from here on follows that."""
    notebook.page(_PAGE).pop("subscribed", None)


def write_for(endpoint: Endpoint, *, type: str, data: dict[str, Any]) -> Delivery:
    """Write an event for one endpoint alone; the caller sees to its sending."""
    event = _write(type, "", data, [endpoint.pk], send=False)
    return Delivery.objects.select_related("event", "endpoint").get(event=event)


def _subscribed() -> list[tuple[int, frozenset[str]]]:
    """The endpoints that are sent to, with what they want: one query in a transaction."""
    page = notebook.page(_PAGE)
    if "subscribed" not in page:
        rows = Endpoint.objects.taking().values_list("pk", "events")
        page["subscribed"] = [(pk, frozenset(events)) for pk, events in rows]
    return page["subscribed"]


def _write(type: str, object_id: str, data: dict[str, Any], takers: list[int], *, send: bool = True) -> Event:
    from webhooks.tasks import send_event

    now, public_id = timezone.now(), new_public_id()
    event = Event.objects.create(
        public_id=public_id,
        type=type,
        object_id=object_id,
        payload=_payload(public_id, type, now, data),
        created_at=now,
    )
    Delivery.objects.bulk_create(
        Delivery(event=event, endpoint_id=pk, next_try_at=now, created_at=now) for pk in takers
    )
    if send:
        after_commit(send_event, event.pk)
    return event


def _say_instead(public_id: str, type: str, data: dict[str, Any]) -> bool:
    """False when the event is not there (any more): a savepoint took it along."""
    found = Event.objects.filter(public_id=public_id).first()
    if found is not None:
        found.payload = _payload(public_id, type, found.created_at, data)
        found.save(update_fields=["payload"])
    return found is not None


def _payload(public_id: str, type: str, created_at: Any, data: dict[str, Any]) -> str:
    """The message as it is sent: money as numbers, times in UTC, like the API's answers."""
    content = {"id": public_id, "type": type, "created_at": created_at, "data": data}
    return JSONRenderer().render(content).decode()
