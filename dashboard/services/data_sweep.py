"""Requests about personal data that are still owed, and files whose time is over."""

from datetime import datetime

from django.db.models import Q

from customers.models import PersonalDataRequest
from customers.services.data_requests import CLAIM
from dashboard.services.data_erasure import erase
from dashboard.services.data_export import export, forget_file, tell

PER_RUN = 50
_Kind, _Status = PersonalDataRequest.Kind, PersonalDataRequest.Status


def sweep(*, now: datetime) -> dict[str, int]:
    """Make, tell, erase and forget what is due at `now`; returns how much of each."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM)
    # The least tried first: one that always fails keeps nobody waiting.
    owed = PersonalDataRequest.objects.filter(free, status__in=PersonalDataRequest.OPEN)
    owed = owed.order_by("attempts", "pk")
    exports = list(owed.filter(kind=_Kind.EXPORT).values_list("pk", flat=True)[:PER_RUN])
    erasures = list(owed.filter(kind=_Kind.ERASE).values_list("pk", flat=True)[:PER_RUN])
    ready = PersonalDataRequest.objects.filter(kind=_Kind.EXPORT, status=_Status.READY)
    made = sum(export(pk, now=now) for pk in exports)
    told = sum(tell(pk) for pk in ready.filter(told_at=None).values_list("pk", flat=True)[:PER_RUN])
    erased = sum(erase(pk, now=now) == _Status.DONE for pk in erasures)
    old = list(ready.filter(expires_at__lte=now)[:PER_RUN])
    for request in old:
        forget_file(request)
    return {
        "data exports made": made,
        "data emails sent": told,
        "people erased": erased,
        "data exports deleted": len(old),
    }
