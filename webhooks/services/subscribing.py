"""Endpoints: made, changed, switched on and off, deleted; their secrets replaced."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.transactions import retrying_atomic
from webhooks.event_types import EventType
from webhooks.models import Endpoint
from webhooks.services.addresses import require_allowed
from webhooks.services.publishing import forget_subscribers
from webhooks.services.signing import new_secret, seal

# An old secret signs for so long beside its successor.
OVERLAP = timedelta(days=1)
# Each order reads them all.
MOST = 50


def subscribe(
    *, url: str, events: Iterable[str], description: str = "", actor: Any = None
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is shown now and never again.

    Raises BadInput for an address that is not allowed (`bad_address`) and for no or unknown events,
    DomainError when there is one with this address (`already_subscribed`) or there are too many.
    """
    # The name is looked up before the transaction: it may take seconds.
    return _subscribe(
        url=require_allowed(url), events=_known(events), description=description.strip(), actor=actor
    )


@retrying_atomic
def _subscribe(*, url: str, events: list[str], description: str, actor: Any) -> tuple[Endpoint, str]:
    if Endpoint.objects.count() >= MOST:
        raise DomainError(f"There are {MOST} webhooks already. Delete one first.", code="too_many_webhooks")
    secret = new_secret()
    person = actor if getattr(actor, "pk", None) else None
    endpoint = Endpoint(
        url=url,
        events=events,
        description=description,
        sealed_secret=seal(secret),
        created_by=person,
        modified_by=person,
    )
    _save(endpoint)
    return endpoint, secret


def change(
    *, endpoint: Endpoint, actor: Any = None, check: Callable[[], None] | None = None, **changes: Any
) -> Endpoint:
    """Write `url`, `events`, `description` and `active` as far as they are given.

    `active` False switches the endpoint off; True switches it on again, also after the shop gave it
    up, and what is still owed to it goes on. `check` is called under the lock, before anything is
    written. Raises what `subscribe` raises.
    """
    if "url" in changes and changes["url"].strip() != endpoint.url:
        changes["url"] = require_allowed(changes["url"])
    if "events" in changes:
        changes["events"] = _known(changes["events"])
    return _change(endpoint=endpoint, actor=actor, check=check, changes=changes)


@retrying_atomic
def _change(
    *, endpoint: Endpoint, actor: Any, check: Callable[[], None] | None, changes: dict[str, Any]
) -> Endpoint:
    row = _locked(endpoint)
    if check is not None:
        check()
    for name in ("url", "events", "description"):
        if name in changes:
            value = changes[name]
            setattr(row, name, value.strip() if isinstance(value, str) else value)
    if changes.get("active") is False:
        row.is_suspended = True
    elif changes.get("active") is True and not row.is_active:
        row.is_suspended, row.disabled_at, row.disabled_why = False, None, ""
        row.failing_since = row.notice_due_at = None
    row.modified_by = actor if getattr(actor, "pk", None) else None
    _save(row)
    return row


@retrying_atomic
def rotate(*, endpoint: Endpoint, actor: Any = None) -> str:
    """Give the endpoint a new secret, shown now and never again; the old one signs too for a day."""
    row, secret = _locked(endpoint), new_secret()
    row.sealed_old_secret, row.sealed_secret = row.sealed_secret, seal(secret)
    row.old_secret_until = timezone.now() + OVERLAP
    row.modified_by = actor if getattr(actor, "pk", None) else None
    row.save()
    return secret


@retrying_atomic
def unsubscribe(*, endpoint: Endpoint, actor: Any = None, check: Callable[[], None] | None = None) -> None:
    """Delete an endpoint: nothing more is sent there, and its secrets are gone for good."""
    row = Endpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
    if row is None:
        return
    if check is not None:
        check()
    row.modified_by = actor if getattr(actor, "pk", None) else None
    row.sealed_secret = row.sealed_old_secret = ""
    row.save(update_fields=["modified_by", "sealed_secret", "sealed_old_secret"])
    row.delete()
    forget_subscribers()


def forget_old_secrets() -> int:
    """Erase replaced secrets whose time is over; returns how many."""
    over = Endpoint.all_objects.filter(old_secret_until__lte=timezone.now())
    return over.update(sealed_old_secret="", old_secret_until=None)


def _locked(endpoint: Endpoint) -> Endpoint:
    """The row as it is now. Raises NotFound when somebody has just deleted it."""
    row = Endpoint.objects.select_for_update().filter(pk=endpoint.pk).first()
    if row is None:
        raise NotFound("This webhook has been deleted.")
    return row


def _save(endpoint: Endpoint) -> None:
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError:
        words = "Another webhook has this address. Change its events instead."
        raise DomainError(words, code="already_subscribed", field="url") from None
    forget_subscribers()


def _known(events: Iterable[str]) -> list[str]:
    """The wanted types, each once, in the order in which they are listed."""
    wanted = set(events)
    if unknown := sorted(wanted - set(EventType.values)):
        raise BadInput(f"There is no event {unknown[0]}.", code="unknown_event", field="events")
    if not wanted:
        raise BadInput("Choose at least one event.", code="no_events", field="events")
    return [value for value in EventType.values if value in wanted]
