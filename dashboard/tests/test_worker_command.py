"""`manage.py worker` starts Celery's worker with the shop's queues."""

import pytest
from django.core.management import CommandError, call_command

from dashboard.management.commands.worker import command
from ecommerce.lib.queues import QUEUES


@pytest.fixture
def broker(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"


def test_it_takes_all_queues(broker):
    started = command(queues=None, processes=3, beat=False)
    assert started[started.index("--queues") + 1].split(",") == list(QUEUES)
    assert started[started.index("--concurrency") + 1] == "3"
    assert "--beat" not in started


def test_it_takes_some_queues_and_beat(broker):
    started = command(queues="mail, documents", processes=1, beat=True)
    assert started[started.index("--queues") + 1] == "mail,documents"
    assert started[-1] == "--beat"


def test_a_queue_that_there_is_not_is_named(broker):
    with pytest.raises(CommandError, match="no queue post"):
        call_command("worker", queues="mail,post")


def test_without_a_broker_it_says_what_to_set():
    with pytest.raises(CommandError, match="CELERY_BROKER_URL"):
        call_command("worker")
