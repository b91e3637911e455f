"""Where services are, in words without passwords."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import storages
from django.db import connections


def of_url(url: str) -> str:
    """The address without password, query and fragment. Several hosts stay as they are."""
    parts = urlsplit(url)
    who, at, host = parts.netloc.rpartition("@")
    user = who.partition(":")[0]
    masked = f"{user}:***" if ":" in who else user
    return f"{parts.scheme}://{masked}{at}{host}{parts.path}"


def of_database(alias: str) -> str:
    values: dict[str, Any] = connections[alias].settings_dict
    match connections[alias].vendor:
        case "sqlite":
            return f"SQLite {values['NAME']}"
        case "mongodb":
            return of_url(values["HOST"])
    user = f"{values['USER']}{':***' if values['PASSWORD'] else ''}"
    port = f":{values['PORT']}" if values["PORT"] else ""
    return f"{connections[alias].vendor}://{user}@{values['HOST'] or 'localhost'}{port}/{values['NAME']}"


def of_storage(alias: str) -> str:
    storage: Any = storages[alias]
    if not settings.AWS_STORAGE_BUCKET_NAME:
        return f"folder {storage.location}"
    return f"{of_url(storage.endpoint_url or 's3://aws')}/{storage.bucket_name}/{storage.location}"


def of_mail() -> str:
    user = f"{settings.EMAIL_HOST_USER}:***@" if settings.EMAIL_HOST_USER else ""
    return f"smtp://{user}{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
