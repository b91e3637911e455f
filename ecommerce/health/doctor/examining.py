"""What is examined, and what is found."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from ecommerce.health.checking import describe
from ecommerce.health.doctor import databases, files, messages, places
from ecommerce.health.doctor.problem import Problem
from ecommerce.lib.scrubbing import scrub
from ecommerce.logs import known_secrets


class State(StrEnum):
    OK = "ok"
    FAILED = "failed"
    NOT_CONFIGURED = "not configured"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`where` has no password in it. `words` says what was found, `advice` what to do about it."""

    service: str
    where: str
    state: State
    seconds: float = 0
    words: str = ""
    advice: str = ""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """`examine` returns what there is to say of a service that is well, and raises when it is not."""

    service: str
    where: Callable[[], str]
    examine: Callable[[], str]
    advice: str
    variable: str = ""
    configured: Callable[[], bool] = lambda: True


def _at_url(setting: str, *, service: str, examine: Callable[[], str], advice: str) -> Examination:
    """Of a service whose address the setting has; it is not configured while that is empty."""
    return Examination(
        service=service,
        where=lambda: places.of_url(getattr(settings, setting)),
        examine=examine,
        advice=advice,
        variable=setting,
        configured=lambda: bool(getattr(settings, setting)),
    )


def _in_storage(alias: str, *, service: str, examine: Callable[[], str], besides: str) -> Examination:
    """Of the files in a storage; `besides` ends the advice with what holds for them alone."""
    return Examination(
        service=service,
        where=lambda: places.of_storage(alias),
        examine=examine,
        advice="See that the bucket is there, that the keys may read, write, list and delete in it, and "
        f"that {besides}",
    )


EXAMINATIONS = (
    Examination(
        service="database",
        where=lambda: places.of_database("default"),
        examine=lambda: databases.writable("default"),
        advice="See that the server runs, and that DATABASE_URL has its address, a user and the password.",
    ),
    Examination(
        service="migrations",
        where=lambda: places.of_database("default"),
        examine=lambda: databases.migrated("default"),
        advice="Run: manage.py migrate",
    ),
    Examination(
        service="replica",
        where=lambda: places.of_database("replica"),
        examine=lambda: databases.readable_replica("replica"),
        configured=lambda: "replica" in settings.DATABASES,
        variable="REPLICA_DATABASE_URL",
        advice="See that the copy runs and follows, or take REPLICA_DATABASE_URL out: reports then read "
        "the database itself.",
    ),
    Examination(
        service="documents",
        where=lambda: places.of_database("documents"),
        examine=lambda: databases.writable("documents"),
        advice="See that the server runs, and that MONGODB_URI has its address, a user who may write and "
        "the password. People can buy meanwhile; reviews and papers are missing.",
    ),
    Examination(
        service="document migrations",
        where=lambda: places.of_database("documents"),
        examine=lambda: databases.migrated("documents"),
        advice="Run: manage.py migrate --database documents",
    ),
    _at_url(
        "REDIS_URL",
        service="cache",
        examine=messages.cache,
        advice="See that Redis runs, and that REDIS_URL has its address and password.",
    ),
    _at_url(
        "CELERY_BROKER_URL",
        service="broker",
        examine=messages.broker,
        advice="See that the broker runs, and that CELERY_BROKER_URL has its address and password.",
    ),
    _at_url(
        "CELERY_BROKER_URL",
        service="worker",
        examine=messages.worker,
        advice="Start one: celery -A ecommerce worker. Until then emails and papers wait for the sweep.",
    ),
    _in_storage(
        "default",
        service="files",
        examine=files.public,
        besides="everybody may read what is under media/. Without a bucket: that VAR_DIR can be written to.",
    ),
    _in_storage(
        "private",
        service="private files",
        examine=files.private,
        besides="nobody else may read what is under private/.",
    ),
    Examination(
        service="mail",
        where=places.of_mail,
        examine=messages.mail,
        configured=messages.sends_mail,
        variable="EMAIL_URL",
        advice="See that the mail server can be reached from here, and that EMAIL_URL has its address, "
        "port, user and password, and ?tls=True or ?ssl=True as it wants.",
    ),
)


def examine_all() -> Iterator[Finding]:
    """One finding after the other, as they are made."""
    for examination in EXAMINATIONS:
        yield _examine(examination)


def _examine(examination: Examination) -> Finding:
    if not examination.configured():
        words = f"{examination.variable} is not set"
        return Finding(service=examination.service, where="-", state=State.NOT_CONFIGURED, words=words)
    state, words, advice = State.OK, "", ""
    began = time.monotonic()
    try:
        words = examination.examine()
    except Problem as problem:
        state, words, advice = State.FAILED, str(problem), problem.advice or examination.advice
    except Exception as error:  # each driver has errors of its own
        state, words, advice = State.FAILED, describe(error), examination.advice
    return Finding(
        service=examination.service,
        where=examination.where(),
        state=state,
        seconds=time.monotonic() - began,
        words=scrub(words, secrets=known_secrets()),
        advice=advice,
    )
