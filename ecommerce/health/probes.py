"""One short test for each service: it returns when the service answers and raises when it does not.

Each goes there over a connection of its own, which it closes: one that is kept would say what the
service was like when it was opened, and an exhausted server takes no new ones. `PATIENCE` bounds what
the drivers wait for; `checking` bounds the rest.
"""

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 1.5
# Nothing is ever kept under this name; that the store says so is the answer.
_NO_SUCH_FILE = "health/none"


def connection_to(alias: str, *, seconds: float = PATIENCE) -> BaseDatabaseWrapper:
    """A new connection to the database, not opened yet, that waits at most so long for an answer."""
    connection = connections[alias].copy()
    options = connection.settings_dict.setdefault("OPTIONS", {})
    if connection.vendor == "mysql":
        whole = max(1, round(seconds))
        options.update(connect_timeout=whole, read_timeout=whole, write_timeout=whole)
    elif connection.vendor == "sqlite":
        options["timeout"] = seconds
    return connection


def database(alias: str = "default") -> None:
    with closing(connection_to(alias)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def replica() -> None:
    database("replica")


def documents() -> None:
    if connections["documents"].vendor != "mongodb":
        return database("documents")
    with mongo_client() as client:
        client[settings.DATABASES["documents"]["NAME"]].command("ping")


def mongo_client(*, seconds: float = PATIENCE) -> Any:
    """A client of the document store, to be closed, that waits at most so long for an answer."""
    from pymongo import MongoClient

    milliseconds = int(seconds * 1000)
    return MongoClient(
        settings.DATABASES["documents"]["HOST"],
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds,
    )


def cache() -> None:
    with redis_client() as client:
        client.ping()


def redis_client(*, seconds: float = PATIENCE) -> Any:
    """A client of the cache's server, to be closed, that waits at most so long for an answer."""
    from redis import Redis

    return Redis.from_url(settings.REDIS_URL, socket_connect_timeout=seconds, socket_timeout=seconds)


def broker() -> None:
    with broker_connection() as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE)


def broker_connection(*, seconds: float = PATIENCE) -> Any:
    """A connection to the broker, to be closed, that waits at most so long for an answer."""
    from ecommerce.celery import app

    bounds = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    return app.connection_for_write(connect_timeout=seconds, transport_options=bounds)


def files() -> None:
    for alias in ("default", "private"):
        storage: Any = storages[alias]
        if settings.AWS_STORAGE_BUCKET_NAME:
            _bucket(storage)
        else:
            _folder(Path(storage.location))


def _bucket(storage: Any) -> None:
    """Asks for a file that is not there; refused keys and a bucket that is gone are failures."""
    from botocore.exceptions import ClientError

    with closing(s3_client(storage)) as client:
        try:
            client.head_object(Bucket=storage.bucket_name, Key=storage._normalize_name(_NO_SUCH_FILE))
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise


def s3_client(storage: Any, *, seconds: float = PATIENCE) -> Any:
    """A client like the storage's own, that waits at most so long and asks once."""
    from botocore.config import Config

    bounds = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    return storage._create_session().client(
        "s3",
        region_name=storage.region_name,
        use_ssl=storage.use_ssl,
        endpoint_url=storage.endpoint_url,
        config=storage.client_config.merge(bounds),
        verify=storage.verify,
    )


def _folder(path: Path) -> None:
    """The folder, or what it will be made in, can be written to."""
    while not path.exists() and path != path.parent:
        path = path.parent
    if not os.access(path, os.W_OK):
        raise PermissionError("the folder cannot be written to")
