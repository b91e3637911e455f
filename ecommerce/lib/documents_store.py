"""The document store may be down while the shop is open. What its errors mean is decided here.

It is MongoDB or an SQLite file, and each fails with errors of its own: MongoDB's backend wraps some
of its driver's errors and lets others through.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DataError, IntegrityError, InterfaceError, NotSupportedError, OperationalError
from django.db import Error as AnyDatabaseError
from django.db.utils import ProgrammingError
from pymongo.errors import ConfigurationError, ConnectionFailure, OperationFailure, PyMongoError

from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import is_lock_conflict

log = logging.getLogger(__name__)

# What a question to the document store can raise, whichever it is.
ERRORS = (AnyDatabaseError, PyMongoError)
_OUR_MISTAKE = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
# The store is there and lets nobody in: not authorised, authentication failed.
_SHUT = {13, 18}


class DocumentsUnavailable(DomainError):
    """The document store does not answer."""

    code = "documents_unavailable"
    http_status = 503


def is_down(error: BaseException) -> bool:
    """Whether `error` says that the document store cannot be used now, rather than how it was used."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__
    if isinstance(cause, PyMongoError):
        return _driver_is_cut_off(cause)
    if isinstance(error, _OUR_MISTAKE):
        return False
    if isinstance(error, OperationalError):
        return not is_lock_conflict(error)
    return isinstance(error, InterfaceError)


def is_mongodb_down(error: BaseException) -> bool:
    """As `is_down`, and it is beyond doubt which of the two databases is meant."""
    cause = error if isinstance(error, PyMongoError) else error.__cause__
    return isinstance(cause, PyMongoError) and _driver_is_cut_off(cause)


def tell(error: BaseException, what: str) -> None:
    """Note in the log `what` was not to be had: in a line while the store is down, else with its trace."""
    if is_down(error):
        log.warning("the document store does not answer: %s (%s)", what, error)
    else:
        log.error("the document store failed: %s", what, exc_info=error)


@contextmanager
def or_unavailable(refusal: DomainError) -> Iterator[None]:
    """Raise `refusal` in place of whatever the document store raises in the block while it is down."""
    try:
        yield
    except ERRORS as error:
        if not is_down(error):
            raise
        tell(error, refusal.message)
        raise refusal from error


def _driver_is_cut_off(error: PyMongoError) -> bool:
    if isinstance(error, ConnectionFailure | ConfigurationError) or error.timeout:
        return True
    return isinstance(error, OperationFailure) and error.code in _SHUT
