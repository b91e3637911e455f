"""A person's data as one zip file in private storage, which only they can fetch, for seven days."""

import json
import logging
import shutil
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils import timezone

from catalog.models import StoreSettings
from customers.models import PersonalDataRequest
from customers.services.data_requests import KEPT, claim, give_back
from customers.services.personal_data import person_of
from dashboard.services import personal_data
from ecommerce.lib.emails import send_email
from ecommerce.lib.personal_data import Person

log = logging.getLogger(__name__)

_Status = PersonalDataRequest.Status
README = """What {shop} knows about you, put together on {day}.

The .json files are text that people and programs can read. Amounts are in the currency that stands
beside them, times are in UTC. What each file holds, field by field, is explained in the shop's
documentation ("docs/privacy.md").

The folder "invoices" has your invoices and credit notes, "photos" what you attached to reviews.

Not in here: your password and other secrets, of which we keep only what cannot be read back; notes that
protect the shop or other people; and copies that vanish by themselves within 30 days.

Something is wrong or missing? Write to {contact}.
"""


def export(pk: int, *, now: datetime | None = None) -> bool:
    """Make the file of one request; returns whether this call did. A failure is tried again by the sweep."""
    request = claim(pk, kind=PersonalDataRequest.Kind.EXPORT, now=now or timezone.now())
    if request is None or request.customer is None:
        return False
    path = f"personal-data/{request.public_id.hex}.zip"
    try:
        # Named before it is written: a run that dies leaves nothing that nobody deletes.
        PersonalDataRequest.objects.filter(pk=pk).update(file_path=path)
        size, path = _store(person_of(request.customer), path)
    except Exception as error:
        log.exception("the data of request %s could not be put together", pk)
        give_back(request, last_error=type(error).__name__)
        return False
    now = timezone.now()
    give_back(
        request,
        status=_Status.READY,
        open_key=None,
        done_at=now,
        file_path=path,
        file_size=size,
        expires_at=now + KEPT,
        last_error="",
    )
    tell(pk)
    return True


def tell(pk: int) -> bool:
    """Send the email that the file is ready, once; it links to the account and never to the file."""
    request = PersonalDataRequest.objects.select_related("customer").get(pk=pk)
    customer = request.customer
    if request.status != _Status.READY or request.told_at is not None or customer is None:
        return False
    if customer.email:
        shop = StoreSettings.current()
        context = {
            "name": customer.get_full_name(),
            "shop_name": shop.name,
            "contact_phone": shop.contact_phone,
            "until": request.expires_at,
            "url": settings.SITE_URL + reverse("customers:data"),
        }
        try:
            send_email(template="data_ready", to=customer.email, context=context)
        except Exception:
            log.exception("the email about request %s was not sent", pk)
            return False
    PersonalDataRequest.objects.filter(pk=pk, told_at=None).update(told_at=timezone.now())
    return True


def forget_file(request: PersonalDataRequest) -> None:
    """Delete the file of an export whose time is over; repeating it changes nothing."""
    if request.file_path:
        storages["private"].delete(request.file_path)
    PersonalDataRequest.objects.filter(pk=request.pk, status=_Status.READY).update(
        status=_Status.EXPIRED, file_path="", file_size=0
    )


def _store(person: Person, path: str) -> tuple[int, str]:
    storage = storages["private"]
    with tempfile.TemporaryFile() as archive:
        write(person, archive, now=timezone.now())
        size = archive.tell()
        archive.seek(0)
        storage.delete(path)  # half of one that a run left which died
        written: str = storage.save(path, File(archive))
    return size, written


def write(person: Person, archive: IO[bytes], *, now: datetime) -> None:
    """Write the zip; rows and files pass through one by one, however many there are."""
    shop = StoreSettings.current()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        words = README.format(shop=shop.name, day=f"{now:%d %B %Y}", contact=shop.contact_email)
        bundle.writestr("README.txt", words)
        for name, content in personal_data.collect(person):
            with bundle.open(f"{name}.json", "w") as entry:
                _write_json(entry, content)
        for name, stored in personal_data.files(person):
            with bundle.open(name, "w") as entry, storages["private"].open(stored) as source:
                shutil.copyfileobj(source, entry)
    archive.seek(0, 2)


def _write_json(entry: IO[bytes], content: Any) -> None:
    if isinstance(content, dict):
        entry.write(_json(content))
        return
    entry.write(b"[")
    for number, row in enumerate(content):
        entry.write(b",\n" if number else b"\n")
        entry.write(_json(row))
    entry.write(b"\n]\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()
