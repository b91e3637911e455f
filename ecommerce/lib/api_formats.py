"""JSON as the API writes and reads it: money as numbers, times in UTC."""

import re
import secrets
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rest_framework import exceptions, parsers, renderers
from rest_framework.utils import encoders

# The json module can only write floats, and 64.00 as a float is 64.0. So a Decimal becomes a
# string that nobody outside this process can write, and loses its quotes afterwards.
_MARK = secrets.token_hex(12)
_MARKED = re.compile(rb'"%s(-?[0-9]+(?:\.[0-9]+)?)"' % _MARK.encode())


class JSONEncoder(encoders.JSONEncoder):
    """Times in UTC as 2024-12-13T10:30:00Z, Decimals with all their digits."""

    def default(self, obj: Any) -> Any:
        if isinstance(obj, Decimal):
            return f"{_MARK}{obj:f}"
        if isinstance(obj, datetime):
            return obj.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return super().default(obj)


class _EscapingRenderer(renderers.JSONRenderer):
    """Everything beyond ASCII as \\u escapes, which can also write what is no text."""

    encoder_class = JSONEncoder
    ensure_ascii = True


class JSONRenderer(renderers.JSONRenderer):
    """JSON in which a Decimal is a number, 64.00; DRF quotes it otherwise."""

    charset = "utf-8"
    encoder_class = JSONEncoder

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        try:
            text = super().render(data, *args, **kwargs)
        except UnicodeEncodeError:  # a refusal that repeats the half letter it was sent, such as "\ud800"
            text = _EscapingRenderer().render(data, *args, **kwargs)
        return _MARKED.sub(rb"\1", text)


class JSONParser(parsers.JSONParser):
    """JSON. How long it may be is Django's DATA_UPLOAD_MAX_MEMORY_SIZE."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError("The JSON is nested too deeply.") from error
