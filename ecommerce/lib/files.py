"""Private files on their way to whoever may have them, and the words while nobody can have them."""

import logging
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import FileSystemStorage, Storage, storages
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from ecommerce.lib.errors import DomainError

log = logging.getLogger(__name__)

# How long an address at S3 opens its file.
LINK_SECONDS = 300
# What a file is, by the suffix we gave it. Nothing else is ever claimed of one.
CONTENT_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
UNKNOWN_TYPE = "application/octet-stream"
# The only types a browser shows in place; all others, pages of HTML first of all, are saved.
_SHOWN = ("image/avif", "image/jpeg", "image/png", "image/webp")


class FilesUnavailable(DomainError):
    """The place where files are kept does not answer; nothing was kept, and trying again is safe."""

    code = "files_unavailable"
    http_status = 503


def content_type_of(name: str) -> str:
    """The type of a stored file by its name, never by what its sender said."""
    return CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), UNKNOWN_TYPE)


def send_private(path: str, *, name: str, content_type: str = "", inline: bool = False) -> HttpResponseBase:
    """A private file, for a visitor who was found to own it: streamed from a folder, or an address at S3.

    The address opens this file for five minutes, under the `name` and as the type given here; pictures are
    shown in place if `inline`. No cache keeps either answer. Raises Http404 when the file is gone and
    FilesUnavailable while its store does not answer.
    """
    private: Any = storages["private"]
    kind = content_type or content_type_of(path)
    saved = not (inline and kind in _SHOWN)
    disposition = content_disposition_header(saved, safe_name(name)) or "attachment"
    response: HttpResponseBase
    if isinstance(private, FileSystemStorage):
        response = _stream(private, path, kind)
        response["Content-Disposition"] = disposition
    else:
        if not private.exists(path):
            raise _gone(path)
        headers = {
            "ResponseContentDisposition": disposition,
            "ResponseContentType": kind,
            "ResponseCacheControl": "private, no-store",
        }
        response = redirect(private.url(path, parameters=headers, expire=LINK_SECONDS))
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"  # the address may hold the order's token
    return response


def safe_name(name: str) -> str:
    """A name that means the same on every machine: no folders, nothing that cannot be seen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:120] or "file"


def require_reachable(alias: str) -> None:
    """Raises FilesUnavailable when the store called `alias` does not answer; asked before a form is
    saved, so that what was typed can be shown again."""
    store = storages[alias]
    if not isinstance(store, FileSystemStorage):
        store.exists("is-anybody-there")


def _stream(private: Storage, path: str, kind: str) -> FileResponse:
    try:
        content = private.open(path)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise _gone(path) from error
    return FileResponse(content, content_type=kind)


def _gone(path: str) -> Http404:
    log.error("the private file %s is gone", path)
    return Http404("There is no such file.")
