"""How much one request may bring, looked at before any of it is written down."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

_MB = 1024 * 1024
# A review with its photo, and room for the rest of the form; each form has a limit of its own.
MOST = 12 * _MB
# Staff also send pictures by the handful and files of products.
MOST_OF_STAFF = 120 * _MB


class LimitedUploads(FileUploadHandler):
    """Comes before the handlers that keep files. Raises RequestDataTooBig for a request that is larger
    than any form of its sender may be."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        user = getattr(self.request, "user", None)
        is_staff = bool(getattr(user, "is_authenticated", False) and getattr(user, "is_staff", False))
        if content_length > (MOST_OF_STAFF if is_staff else MOST):
            raise RequestDataTooBig("The request brings more than any form may.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
