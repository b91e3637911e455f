"""Asking for all of one's data, or for its erasure.

The work itself is the dashboard's, which knows every app.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from customers.models import PersonalDataRequest, User
from customers.models.personal_data import open_key_of_guest
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import BadInput, DomainError, NotFound
from ecommerce.lib.ratelimit import too_many
from ecommerce.lib.transactions import retrying_atomic

KEPT = timedelta(days=7)
# Making one reads everything there is of a person.
PER_DAY = 3
_DAY = timedelta(days=1)
# A claim this old belonged to a process that died.
CLAIM = timedelta(minutes=15)
_Kind, _Status = PersonalDataRequest.Kind, PersonalDataRequest.Status
TASKS = {_Kind.EXPORT: "dashboard.export_personal_data", _Kind.ERASE: "dashboard.erase_personal_data"}


@retrying_atomic
def ask_for_export(*, customer: User) -> PersonalDataRequest:
    """Have all data of a customer put together; while one is being made, it is that one.

    Raises TooMany after three in a day.
    """
    open_one = PersonalDataRequest.objects.filter(open_key=_key(_Kind.EXPORT, customer)).first()
    if open_one is not None:
        return open_one
    now = timezone.now()
    lately = PersonalDataRequest.objects.filter(
        customer=customer, kind=_Kind.EXPORT, requested_at__gt=now - _DAY
    ).order_by("requested_at")
    if len(lately) >= PER_DAY:
        raise too_many(int((lately[0].requested_at + _DAY - now).total_seconds()) + 1)
    return _ask(_Kind.EXPORT, customer, "", customer, "")


@retrying_atomic
def ask_for_erasure(
    *, requested_by: User, customer: User | None = None, email: str = "", reason: str = ""
) -> PersonalDataRequest:
    """Have a customer's data erased, or those of a guest with this address; asking again is the same one.

    `requested_by` is the customer, or staff with a `reason`. Raises DomainError `staff_account` for
    staff, who give up their role first, and BadInput when nobody is named.
    """
    if customer is None and not email:
        raise BadInput("Say whose data are to be erased.", field="email")
    if customer is not None and customer.is_staff:
        raise DomainError(
            "This account belongs to our staff. Somebody who may has to end that first.", code="staff_account"
        )
    if requested_by != customer and not reason.strip():
        raise BadInput("Say why.", field="reason")
    return _ask(_Kind.ERASE, customer, email.strip().lower(), requested_by, reason.strip())


def cancel_erasure(*, request: PersonalDataRequest) -> None:
    """Call an erasure off. Raises DomainError `begun` once it has begun; a repeat changes nothing."""
    free = Q(status__in=PersonalDataRequest.CANCELLABLE, kind=_Kind.ERASE)
    rows = PersonalDataRequest.objects.filter(free, pk=request.pk)
    done = rows.update(status=_Status.CANCELLED, open_key=None, done_at=timezone.now(), waiting_for=[])
    if not done and PersonalDataRequest.objects.get(pk=request.pk).status != _Status.CANCELLED:
        raise DomainError("The erasure has begun and cannot be stopped any more.", code="begun")


def own_file(*, customer: User, public_id: UUID, now: datetime) -> PersonalDataRequest:
    """The customer's own export that can be fetched. Raises NotFound for all others."""
    found = PersonalDataRequest.objects.filter(
        customer=customer, public_id=public_id, status=_Status.READY, expires_at__gt=now
    ).first()
    if found is None:
        raise NotFound("There is no such file, or its time is over.")
    return found


def claim(pk: int, *, kind: str, now: datetime) -> PersonalDataRequest | None:
    """Take an open request for this process; None when it is done, or somebody else works on it."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    rows = PersonalDataRequest.objects.filter(free, pk=pk, kind=kind, status__in=PersonalDataRequest.OPEN)
    if not rows.update(claimed_at=now, attempts=F("attempts") + 1):
        return None
    return PersonalDataRequest.objects.select_related("customer").get(pk=pk)


def give_back(request: PersonalDataRequest, **changes: object) -> None:
    """End the claim, and write down what became of the work."""
    PersonalDataRequest.objects.filter(pk=request.pk).update(claimed_at=None, **changes)


def _key(kind: str, customer: User | None, email: str = "") -> str:
    return f"{kind}:{customer.pk}" if customer else open_key_of_guest(kind, email)


def _ask(
    kind: str, customer: User | None, email: str, requested_by: User, reason: str
) -> PersonalDataRequest:
    key = _key(kind, customer, email)
    fields = {
        "kind": kind,
        "customer": customer,
        "email": "" if customer else email,
        "requested_by": requested_by,
        "reason": reason[:300],
    }
    try:
        with transaction.atomic():
            made, created = PersonalDataRequest.objects.get_or_create(open_key=key, defaults=fields)
    except IntegrityError:  # the same button, pressed twice at once
        made, created = PersonalDataRequest.objects.get(open_key=key), False
    if created:
        after_commit(task_named(TASKS[_Kind(kind)]), made.pk)
    return made
