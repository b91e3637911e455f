"""The same request again gets the first answer again, also when both come at once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import IntegrityError, transaction

from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic
from orders.models import IdempotentRequest

# Status and body, as they go out.
Answer = tuple[int, str]

_KEPT = timedelta(days=30)
_LONGEST_KEY = 255


class KeyReused(DomainError):
    code = "idempotency_key_reused"


@dataclass(frozen=True, kw_only=True)
class RepeatKey:
    """Who sent which key with what. `caller` may be a secret: only its hash is kept."""

    caller: str
    key: str
    content: bytes

    def __post_init__(self) -> None:
        if len(self.key) > _LONGEST_KEY:
            raise BadInput(f"An Idempotency-Key has at most {_LONGEST_KEY} characters.", code="bad_key")


@retrying_atomic
def answer_once(*, repeat: RepeatKey | None, work: Callable[[], Answer]) -> Answer:
    """Do `work` and keep its answer in one transaction, or return the answer kept before.

    What fails is not kept: sending it again tries again. A rival with the same key waits for
    the first. Raises KeyReused when the key came with other content before.
    """
    if repeat is None:
        return work()
    row = _claim(repeat)
    if row.status is None:
        row.status, row.body = work()
        row.save(update_fields=["status", "body"])
    return row.status, row.body


def answer_resumably(*, repeat: RepeatKey | None, work: Callable[[str], Answer]) -> Answer:
    """The same for work that asks others and so cannot be one transaction.

    `work` gets a key of its own, the same one for the same request, and must do its effect
    once per key: it is called again when it was cut off, and by rivals.
    """
    if repeat is None:
        return work(uuid4().hex)
    row = _claim(repeat)
    if row.status is None:
        row.status, row.body = work(_digest(f"{row.caller}:{row.key_hash}".encode()))
        IdempotentRequest.objects.filter(pk=row.pk, status=None).update(status=row.status, body=row.body)
    return row.status, row.body


def forget_answers(*, now: datetime) -> int:
    """Remove answers too old for anybody to ask again; returns how many."""
    return IdempotentRequest.objects.filter(created_at__lt=now - _KEPT).delete()[0]


@retrying_atomic
def _claim(repeat: RepeatKey) -> IdempotentRequest:
    """The request's row. Its unique key decides between rivals: the later one waits for it."""
    names = {"caller": _digest(repeat.caller.encode()), "key_hash": _digest(repeat.key.encode())}
    fingerprint = _digest(repeat.content)
    row = IdempotentRequest.objects.filter(**names).first()
    if row is None:
        try:
            with transaction.atomic():
                row = IdempotentRequest.objects.create(fingerprint=fingerprint, **names)
        except IntegrityError:
            row = IdempotentRequest.objects.get(**names)
    if row.fingerprint != fingerprint:
        raise KeyReused("This Idempotency-Key was used for another request. Send a new key.")
    return row


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
