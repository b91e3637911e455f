"""Whether the cache, the broker, its workers and the mail server take what they are given."""

import uuid
from contextlib import closing
from queue import Empty
from typing import Any

from django.conf import settings
from django.core.mail import get_connection

from ecommerce.health.doctor.problem import PATIENCE, Problem
from ecommerce.health.probes import broker_connection, redis_client

_SMTP = "django.core.mail.backends.smtp.EmailBackend"


def cache() -> str:
    """Set, get and delete one key."""
    key, value = f"doctor:{uuid.uuid4().hex}", uuid.uuid4().hex.encode()
    with redis_client(seconds=PATIENCE) as client:
        client.set(key, value, ex=60)
        found = client.get(key)
        client.delete(key)
        version = client.info("server").get("redis_version", "")
    if found != value:
        raise Problem("a value that was set was not found again")
    return f"Redis {version}"


def broker() -> str:
    """Publish one message on a queue of its own, consume it, and take the queue away."""
    text = uuid.uuid4().hex
    with broker_connection(seconds=PATIENCE) as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE)
        # The queue would go by itself if this process died.
        options = {"durable": False, "auto_delete": True}
        with closing(
            connection.SimpleQueue(f"doctor-{text}", queue_opts=options, exchange_opts=options)
        ) as queue:
            queue.put({"text": text})
            try:
                message = queue.get(timeout=PATIENCE)
            except Empty:
                raise Problem("a message that was published did not arrive") from None
            message.ack()
            queue.queue.delete()
            if message.payload != {"text": text}:
                raise Problem("another message arrived than was published")
    return "a message arrived"


def worker() -> str:
    """Every worker that listens answers a ping; raises Problem when none does."""
    from ecommerce.celery import app

    with broker_connection(seconds=PATIENCE) as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE)
        answers = app.control.inspect(timeout=2, connection=connection).ping()
    if not answers:
        raise Problem("no worker answers")
    return f"{len(answers)} answer" if len(answers) > 1 else "one answers"


def sends_mail() -> bool:
    return settings.EMAIL_BACKEND == _SMTP


def mail() -> str:
    """Connect, sign in and say NOOP; no message is sent."""
    backend: Any = get_connection(timeout=PATIENCE)
    with closing(backend):
        backend.open()
        code, answer = backend.connection.noop()
    if code != 250:
        raise Problem(f"it answers NOOP with {code} {answer.decode(errors='replace')}")
    return "signed in" if settings.EMAIL_HOST_USER else "connected"
