"""The Celery application; it needs a broker only when CELERY_BROKER_URL is set."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecommerce.settings")
# Every task is of this class, which tries again and keeps what failed (docs/background.md).
app = Celery("ecommerce", task_cls="background.task:Task")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A worker's lines carry the id of the request that a task came from. By its name, so that only workers
# load it.
app.steps["worker"].add("django_structlog.celery.steps:DjangoStructLogInitStep")
