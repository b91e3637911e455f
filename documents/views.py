"""The files of orders, over HTTP."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from documents.access import LINK_SECONDS, file_for_visitor
from documents.models import OrderFile

log = logging.getLogger(__name__)


@require_safe
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A file of an order: streamed, or a short-lived address at S3 where shoppers can reach that."""
    file = file_for_visitor(request, str(file_id))
    by_link = settings.AWS_S3_SIGNED_LINKS and not isinstance(storages["private"], FileSystemStorage)
    response = _send_to_store(file) if by_link else _stream(file)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"  # the address may hold the order's token
    return response


def _stream(file: OrderFile) -> FileResponse:
    try:
        content = storages["private"].open(file.path)
    except FileNotFoundError as error:
        log.error("the file %s of order %s is gone", file.path, file.order_number)
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename=file.file_name, content_type=file.content_type)


def _send_to_store(file: OrderFile) -> HttpResponseRedirect:
    headers = {
        "ResponseContentDisposition": content_disposition_header(True, file.file_name),
        "ResponseContentType": file.content_type,
        "ResponseCacheControl": "private, no-store",
    }
    # Arguments that S3's storage has and Django's base class does not know.
    private: Any = storages["private"]
    address: str = private.url(file.path, parameters=headers, expire=LINK_SECONDS)
    return redirect(address)
