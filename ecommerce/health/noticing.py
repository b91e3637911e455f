"""Notices failures of services in what is logged, wherever in the shop it was.

Whoever can do without a service goes on and logs why, with the error as the line's traceback or among its
arguments. The error, or one it came from, is of that service's driver, and so tells which it was. A line
that must not hold the error says `extra={"service": …}`.
"""

import logging
from collections.abc import Iterator

# Modules of the drivers' errors. SQLite is not among them: it cannot be unreachable.
_DRIVERS = {
    "MySQLdb": "database",
    "pymongo": "documents",
    "redis": "cache",
    "kombu": "broker",
    "amqp": "broker",
    "botocore": "files",
}
# Refusals of one thing by a service that is well.
_NO_OUTAGE = {"IntegrityError", "DataError", "ProgrammingError", "DuplicateKeyError", "ClientError"}


class ServiceErrors(logging.Handler):
    """Counts errors of services for /metrics and has the service looked after."""

    def emit(self, record: logging.LogRecord) -> None:
        # The probes' own news would begin it all again.
        if record.name.startswith("ecommerce.health"):
            return
        try:
            if name := getattr(record, "service", None) or _service_in(record):
                self._notice(name)
        except Exception:
            self.handleError(record)

    def _notice(self, name: str) -> None:
        # Late, because logging is set up before the settings are whole.
        from ecommerce.health.watching import suspect
        from ecommerce.metrics.counters import service_errors

        service_errors.labels(service=name).inc()
        suspect(name)


def _service_in(record: logging.LogRecord) -> str | None:
    told = record.args if isinstance(record.args, tuple) else ()
    errors = [record.exc_info[1] if record.exc_info else None, *told]
    found = (service_of(error) for error in errors if isinstance(error, BaseException))
    return next((name for name in found if name), None)


def service_of(error: BaseException) -> str | None:
    """The service whose driver raised this error or one that it came from."""
    for each in _causes(error):
        kind = type(each)
        name = _DRIVERS.get(kind.__module__.partition(".")[0])
        if name and kind.__name__ not in _NO_OUTAGE:
            return name
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
