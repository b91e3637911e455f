"""Files at S3, or a server like it: bounded waiting, types that are ours, addresses that cost nothing.

Every call that could not be carried out raises FilesUnavailable, which pages and the API answer with
words; a file that is not there is FileNotFoundError, as on a disk. After a failure nobody waits for
the store for some seconds.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousFileOperation
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from ecommerce.lib.breaker import Breaker
from ecommerce.lib.files import FilesUnavailable, content_type_of

_HOLD = 5.0
FOR_GOOD = "public, max-age=31536000, immutable"
FOR_NOBODY = "private, no-store"
# One for both halves of the bucket: they go and come back together.
breaker = Breaker("the file store", hold=_HOLD)


class _Storage(S3Storage):
    def __init__(self, **options: Any) -> None:
        # Files are small; threads of a transfer would try five times each.
        options.setdefault("transfer_config", TransferConfig(use_threads=False, num_download_attempts=2))
        options.setdefault("max_memory_size", 5 * 1024 * 1024)  # larger ones go to a temporary file
        super().__init__(**{"file_overwrite": False} | options)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        return {**super().get_object_parameters(name), "ContentType": content_type_of(name)}

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _reaching():
            file = super()._open(name, mode)
            if "r" in mode:
                _ = file.file  # fetched now: what was opened can be read to its end
            return file

    def _save(self, name: str, content: Any) -> str:
        with _reaching():
            kept: str = super()._save(name, content)
            return kept

    def delete(self, name: str) -> None:
        with _reaching():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _reaching():
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with _reaching():
            found: tuple[list[str], list[str]] = super().listdir(name)
            return found

    def size(self, name: str) -> int:
        with _reaching():
            return int(super().size(name))

    def get_modified_time(self, name: str) -> Any:
        with _reaching():
            return super().get_modified_time(name)


class PublicStorage(_Storage):
    """Product pictures: anybody reads them by name, and browsers keep them for good.

    `base` is where they are read, such as a CDN; an address is put together without asking anybody.
    """

    def __init__(self, *, base: str, **options: Any) -> None:
        parts = urlsplit(base)
        super().__init__(
            custom_domain=f"{parts.netloc}{parts.path}".rstrip("/"),
            url_protocol=f"{parts.scheme}:",
            querystring_auth=False,
            object_parameters={"CacheControl": FOR_GOOD},
            **options,
        )

    def _save(self, name: str, content: Any) -> str:
        # Some servers tell browsers a type by the name, whatever type the file was sent with.
        if not content_type_of(name).startswith("image/"):
            raise SuspiciousFileOperation(f"{name} is no picture, and only pictures are public.")
        return super()._save(name, content)


class PrivateStorage(_Storage):
    """Everything else: read by nobody without an address that was signed for them.

    Addresses begin with `link_endpoint`, if browsers reach the store by another name than the shop does:
    the name is part of what is signed.
    """

    def __init__(self, *, link_endpoint: str = "", **options: Any) -> None:
        options |= {"querystring_auth": True, "custom_domain": None}
        super().__init__(object_parameters={"CacheControl": FOR_NOBODY}, **options)
        self._outside = self
        if link_endpoint and link_endpoint != self.endpoint_url:
            self._outside = PrivateStorage(**options | {"endpoint_url": link_endpoint})

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """Nobody is asked for it."""
        return str(super(PrivateStorage, self._outside).url(name, *args, **kwargs))


@contextmanager
def _reaching() -> Iterator[None]:
    if breaker.is_open():
        raise _unavailable()
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            breaker.failed(error)
        raise _unavailable() from error
    except (BotoCoreError, Boto3Error, HTTPError, ConnectionError, TimeoutError) as error:
        breaker.failed(error)
        raise _unavailable() from error
    else:
        breaker.worked()


def _unavailable() -> FilesUnavailable:
    return FilesUnavailable("Files cannot be reached right now. Please try again in a few minutes.")
