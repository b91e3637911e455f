"""The project as an app: its system checks, template tags, and what watches over it."""

import logging
from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.models.signals import post_migrate


class EcommerceConfig(AppConfig):
    name = "ecommerce"

    def ready(self) -> None:
        from celery.signals import setup_logging, task_failure
        from django_structlog.celery.signals import modify_context_before_task_publish

        from ecommerce import checks  # noqa: F401
        from ecommerce.lib.document_rules import keep_rules
        from ecommerce.lib.transactions import forget_writes
        from ecommerce.logs import configure_structlog
        from ecommerce.metrics.counters import count_failed_task

        request_started.connect(forget_writes)
        post_migrate.connect(keep_rules, dispatch_uid="document rules")
        configure_structlog()
        setup_logging.connect(_log_as_the_shop_does)
        modify_context_before_task_publish.connect(_pass_on_the_request_alone)
        task_failure.connect(count_failed_task)


def _log_as_the_shop_does(loglevel: int | str | None = None, **kwargs: Any) -> None:
    """Celery asks who sets logging up before it would do so itself; Django did, from LOGGING. What
    `--loglevel` says is for Celery's own words."""
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)


def _pass_on_the_request_alone(context: dict[str, Any], **kwargs: Any) -> None:
    """A task is not what its request was: it learns which one that was, and no more."""
    from ecommerce.request_log import PASSED_ON

    for name in context.keys() - set(PASSED_ON):
        del context[name]
