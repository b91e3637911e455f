"""The files of orders, over HTTP."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from documents.access import file_for_visitor
from ecommerce.lib.files import send_private


@require_safe
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A file of an order: streamed, or a short-lived address at S3 where shoppers can reach that."""
    file = file_for_visitor(request, str(file_id))
    return send_private(file.path, name=file.file_name, content_type=file.content_type)
