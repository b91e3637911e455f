"""How the shop logs: one line for each thing, JSON for machines or plain for people.

Imports no settings, because settings import it. docs/observability.md lists the fields.
"""

import logging
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from structlog.typing import EventDict, Processor

from ecommerce.lib.scrubbing import scrub_value
from ecommerce.request_log import add_user

# Settings that are secrets, and those that are addresses with a password in them.
_SECRETS = (
    "SECRET_KEY", "METRICS_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "PAYPAL_CLIENT_SECRET",
    "FACEBOOK_APP_SECRET", "GOOGLE_CLIENT_SECRET", "EMAIL_HOST_PASSWORD",
)  # fmt: skip
_ADDRESSES = ("REDIS_URL", "CELERY_BROKER_URL", "SMS_URL")
# Shorter ones would blank ordinary words out.
_SHORTEST = 6


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """The value of LOGGING. In JSON every request and task has its line; plain ones are for what is wrong."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared(),
                "processors": [
                    _without_path,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    _scrubbed,
                    structlog.processors.JSONRenderer(default=str, ensure_ascii=False) if as_json else _plain,
                ],
            }
        },
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
            "services": {"class": "ecommerce.health.noticing.ServiceErrors", "level": "WARNING"},
        },
        "root": {"handlers": ["stderr", "services"], "level": level},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "ecommerce.request": {"level": "INFO" if as_json else level},
            "django_structlog": {"level": "INFO" if as_json else level},  # tasks of a worker
            # At DEBUG it writes addresses down, and Facebook's carry the secret of the app.
            "urllib3": {"level": "INFO"},
        },
    }


def configure_structlog() -> None:
    """Let structlog's own loggers speak through the standard ones, with the same fields."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        add_user,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]


def _without_path(logger: Any, name: str, event: EventDict) -> EventDict:
    """Django names the path of a request that failed, and links of orders are secrets: the route it is."""
    record: logging.LogRecord | None = event.get("_record")
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path and isinstance(event.get("event"), str):
        match = getattr(request, "resolver_match", None)
        event["event"] = event["event"].replace(path, match.view_name if match else "an unknown address")
    return event


def _scrubbed(logger: Any, name: str, event: EventDict) -> EventDict:
    secrets = known_secrets()
    return {key: scrub_value(value, secrets=secrets) for key, value in event.items()}


@cache
def known_secrets() -> tuple[str, ...]:
    """The shop's own secrets, the longest first, so that none is left over beside a part of it."""
    from django.conf import settings

    found = {getattr(settings, name, "") for name in _SECRETS} | set(settings.SECRET_KEY_FALLBACKS)
    for database in settings.DATABASES.values():
        found |= {database.get("PASSWORD", ""), *_passwords(database.get("HOST", ""))}
    for name in _ADDRESSES:
        found |= set(_passwords(getattr(settings, name, "")))
    return tuple(sorted((text for text in found if text and len(text) >= _SHORTEST), key=len, reverse=True))


def _passwords(address: str) -> tuple[str, ...]:
    try:
        password = urlsplit(address).password or ""
    except ValueError:
        return ()
    return password, unquote(password)


def _plain(logger: Any, name: str, event: EventDict) -> str:
    trace = event.pop("exception", "")
    said = [event.pop("time", ""), event.pop("level", "").upper(), event.pop("logger", "")]
    said += [str(event.pop("event", "")), *(f"{key}={value}" for key, value in event.items())]
    line = " ".join(part for part in said if part)
    return f"{line}\n{trace}" if trace else line
