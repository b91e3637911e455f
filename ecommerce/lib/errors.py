"""Errors that a service raises and a person can read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class DomainError(Exception):
    """A rule of the shop was broken by what the caller asked for.

    `code` is stable and for programs (`out_of_stock`), `message` is for people, `field` names
    the input it belongs to when there is one, `data` carries what a program may need besides
    (such as the quantity left). Pages show the message; the API answers it as
    problem+json with `http_status`.
    """

    code = "refused"
    http_status = 409

    def __init__(
        self, message: str, *, code: str = "", field: str = "", data: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field
        self.data = data or {}


class BadInput(DomainError):
    """What was sent can never be accepted, whatever the state of the shop."""

    code = "bad_input"
    http_status = 400


class NotFound(DomainError):
    """There is no such thing, or it is somebody else's: the same answer for both."""

    code = "not_found"
    http_status = 404


class Busy(DomainError):
    """Other people's writes kept winning; nothing was changed, and trying again is safe."""

    code = "busy"
    http_status = 503


@contextmanager
def fields_called(**names: str) -> Iterator[None]:
    """Have refusals name inputs as the caller knows them: `fields_called(quantity="v")`."""
    try:
        yield
    except DomainError as error:
        error.field = names.get(error.field, error.field)
        raise
