"""The `Idempotency-Key` header, and answers that go out the same way twice."""

import json
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from ecommerce.lib.api_formats import JSONRenderer
from orders.api.access import CART_HEADER
from orders.services.idempotency import Answer, RepeatKey

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Any text of your own, such as a UUID. The same key with the same body gets the first answer "
        "again; with another body it is refused with 409 `idempotency_key_reused`. Keys are kept for "
        "30 days, for each account, cart token or (without either) email address."
    ),
)


def repeat_key(request: Request, *, email: str = "") -> RepeatKey | None:
    """The request's key and whose it is, None when it has none. `email` tells guests apart."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return None
    if request.user.is_authenticated:
        caller = f"user:{request.user.pk}"
    elif token := request.headers.get(CART_HEADER, ""):
        caller = f"cart:{token}"
    else:
        caller = f"guest:{email.lower()}"
    content = json.dumps([request.method, request.path.rstrip("/"), request.data], sort_keys=True)
    return RepeatKey(caller=caller, key=key, content=content.encode())


def keep(status: int, data: dict[str, Any]) -> Answer:
    """An answer in the form in which it is kept."""
    return status, JSONRenderer().render(data).decode()


def respond(answer: Answer) -> Response:
    """A kept answer as a response, to the same letter."""
    status, body = answer
    return Response(json.loads(body, parse_float=Decimal), status=status)
