"""Erasing a person: documents and files in steps that can be repeated, then all rows in one transaction.

A request that cannot be done yet waits and says what for; the sweep looks again. Once it has begun, the
account is closed, and a run that dies anywhere is finished by the next.
"""

import logging
from datetime import datetime

from django.core.files.storage import storages
from django.utils import timezone

from catalog.models import StoreSettings
from customers.models import PersonalDataRequest, User
from customers.services.data_requests import claim, give_back
from customers.services.personal_data import close, guest_of, person_of
from dashboard.services import personal_data
from ecommerce.lib.emails import send_email
from ecommerce.lib.personal_data import Person, is_erased
from ecommerce.lib.transactions import retrying_atomic

log = logging.getLogger(__name__)

_Status = PersonalDataRequest.Status


def erase(pk: int, *, now: datetime | None = None) -> str:
    """Do what can be done of one request; returns its state afterwards, "" when it is not ours to do."""
    now = now or timezone.now()
    request = claim(pk, kind=PersonalDataRequest.Kind.ERASE, now=now)
    if request is None:
        return ""
    try:
        return _erase(request, now)
    except Exception as error:
        log.exception("request %s could not be erased", pk)
        give_back(request, last_error=type(error).__name__)
        return PersonalDataRequest.objects.get(pk=pk).status


def _erase(request: PersonalDataRequest, now: datetime) -> str:
    person = person_of(request.customer) if request.customer else guest_of(request.email)
    state = _begin(request, person)
    if state != _Status.STARTED:
        return state
    personal_data.erase_outside(person, now)
    forget_exports(person)
    to = _address_of(request)
    state = _finish(request, person, now)
    if state == _Status.DONE and to:
        _say_goodbye(to)
    return state


@retrying_atomic
def _begin(request: PersonalDataRequest, person: Person) -> str:
    """From here on it cannot be called off; the account is closed, so nothing new can begin."""
    found = PersonalDataRequest.objects.select_for_update().get(pk=request.pk)
    if found.status == _Status.STARTED:
        return found.status
    if found.status not in PersonalDataRequest.CANCELLABLE:
        give_back(request)
        return found.status
    if matters := personal_data.open_matters(person):
        give_back(request, status=_Status.WAITING, waiting_for=matters, last_error="")
        return _Status.WAITING
    PersonalDataRequest.objects.filter(pk=request.pk).update(status=_Status.STARTED, waiting_for=[])
    if request.customer:
        close(request.customer)
    return _Status.STARTED


@retrying_atomic
def _finish(request: PersonalDataRequest, person: Person, now: datetime) -> str:
    """All rows together. What slipped in since it began, such as an order, is waited for."""
    if person.pk:
        User.objects.select_for_update().get(pk=person.pk)
    if matters := personal_data.open_matters(person):
        give_back(request, waiting_for=matters)
        return _Status.STARTED
    personal_data.erase_rows(person, now)
    give_back(
        request, status=_Status.DONE, open_key=None, done_at=now, waiting_for=[], reason="", last_error=""
    )
    return _Status.DONE


def forget_exports(person: Person) -> None:
    """Files that were put together for the person go too."""
    rows = PersonalDataRequest.objects.filter(customer_id=person.pk or 0).exclude(file_path="")
    for export in rows:
        storages["private"].delete(export.file_path)
        PersonalDataRequest.objects.filter(pk=export.pk).update(file_path="", file_size=0)
        PersonalDataRequest.objects.filter(pk=export.pk, status=_Status.READY).update(status=_Status.EXPIRED)


def _address_of(request: PersonalDataRequest) -> str:
    email = (request.customer.email if request.customer else request.email) or ""
    return "" if is_erased(email) else email


def _say_goodbye(to: str) -> None:
    """The last email there is. When it is lost, nobody knows any more where it should have gone."""
    shop = StoreSettings.current()
    context = {"shop_name": shop.name, "contact_phone": shop.contact_phone}
    try:
        send_email(template="data_erased", to=to, context=context)
    except Exception:
        log.exception("the email about an erasure was not sent")
