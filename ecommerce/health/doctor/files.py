"""Whether files are kept, and read by those who may and by nobody else."""

import uuid
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from ecommerce.health.doctor.problem import PATIENCE, Problem
from ecommerce.health.probes import s3_client
from ecommerce.lib.bucket import origin

_CONTENT = b"Written by manage.py doctor, which deletes it again."


def public() -> str:
    """Everybody reads pictures, so the address without any key has to work."""
    storage = storages["default"]
    if not settings.AWS_STORAGE_BUCKET_NAME:
        return _in_folder(storage)
    with _kept(storage) as name:
        try:
            status, content = _fetch(storage.url(name))
        except requests.ConnectionError as error:
            return _not_seen_from_here(storage.url(name), error)
        if status != 200 or content != _CONTENT:
            raise Problem(
                f"a picture's address answers strangers with {status}",
                advice=f"Allow everybody s3:GetObject on {settings.AWS_STORAGE_BUCKET_NAME}/media/*, or "
                "set AWS_S3_CUSTOM_DOMAIN to where pictures can be read.",
            )
    return "written, read by everybody, deleted"


def private() -> str:
    """Only a signed address works."""
    storage = storages["private"]
    if not settings.AWS_STORAGE_BUCKET_NAME:
        _is_apart(Path(settings.PRIVATE_ROOT))
        return _in_folder(storage)
    with _kept(storage) as name:
        signed = storage.url(name)
        try:
            status, content = _fetch(signed)
        except requests.ConnectionError as error:
            return _not_seen_from_here(signed, error)
        if status != 200 or content != _CONTENT:
            raise Problem(
                f"a signed address answers {status}",
                advice="See that the clock of this machine is right and that AWS_S3_LINK_ENDPOINT_URL is "
                "the address browsers use.",
            )
        status, _ = _fetch(signed.partition("?")[0])
        if status == 200:
            raise Problem(
                "everybody can read private files",
                advice="At once: block public access to private/ in the bucket's policy. Invoices and "
                "labels have names and addresses on them.",
            )
    return "written, read by its signed address alone, deleted"


def _not_seen_from_here(address: str, error: requests.ConnectionError) -> str:
    """In a container `localhost` is the container, and leads nowhere. Any other address must work."""
    if urlsplit(address).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Problem(
            f"{origin(address)}, where browsers look for files, cannot be reached",
            advice="See that AWS_S3_CUSTOM_DOMAIN and AWS_S3_LINK_ENDPOINT_URL are addresses that browsers "
            "can use, and that this machine may ask there too.",
        ) from error
    return f"written, read, deleted; what browsers get at {origin(address)} cannot be seen from here"


def _is_apart(folder: Path) -> None:
    for shown in (Path(settings.MEDIA_ROOT), Path(settings.STATIC_ROOT)):
        if folder.resolve().is_relative_to(shown.resolve()):
            raise Problem(
                f"private files lie in {shown}, which everybody can read",
                advice="Leave the folders under VAR_DIR as they are.",
            )


def _in_folder(storage: Storage) -> str:
    name = storage.save(f"doctor/{uuid.uuid4().hex}.txt", ContentFile(_CONTENT))
    try:
        with storage.open(name) as file:
            if file.read() != _CONTENT:
                raise Problem("a file that was written reads otherwise")
    finally:
        storage.delete(name)
    return "written, read, deleted"


class _kept:
    """`with _kept(storage) as name`: an object in the bucket for as long as the block."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage
        self._name = f"doctor/{uuid.uuid4().hex}.txt"
        self._place = {"Bucket": storage.bucket_name, "Key": storage._normalize_name(self._name)}

    def __enter__(self) -> str:
        with closing(s3_client(self._storage, seconds=PATIENCE)) as client:
            client.put_object(**self._place, Body=_CONTENT, ContentType="text/plain")
            if client.get_object(**self._place)["Body"].read() != _CONTENT:
                raise Problem("a file that was written reads otherwise")
        return self._name

    def __exit__(self, *_: object) -> None:
        with closing(s3_client(self._storage, seconds=PATIENCE)) as client:
            client.delete_object(**self._place)


def _fetch(url: str) -> tuple[int, bytes]:
    """What a stranger gets at the address."""
    answer = requests.get(url, timeout=PATIENCE, allow_redirects=False)
    return answer.status_code, answer.content
