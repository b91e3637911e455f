"""Both stores of the shop in one bucket of a real S3 (`tests/servers/s3.py`)."""

import uuid
from typing import Any

import pytest
from django.core.files.storage import storages

from ecommerce.lib.bucket import bucket_base, client_config
from tests.servers import S3


def stores(environment: dict[str, str], *, secret: str = "", links: str = "") -> dict[str, Any]:
    """STORAGES of a shop with this environment, as the settings have them; `links` is the address by
    which browsers reach the store, if it is another."""
    name, endpoint = environment["AWS_STORAGE_BUCKET_NAME"], environment["AWS_S3_ENDPOINT_URL"]
    options = {
        "bucket_name": name,
        "endpoint_url": endpoint,
        "access_key": environment["AWS_ACCESS_KEY_ID"],
        "secret_key": secret or environment["AWS_SECRET_ACCESS_KEY"],
        "region_name": environment["AWS_DEFAULT_REGION"],
        "client_config": client_config(path_style=True),
    }
    base = bucket_base(bucket=name, endpoint=endpoint, region="")
    public = options | {"location": "media", "base": base}
    return {
        "default": {"BACKEND": "ecommerce.lib.s3.PublicStorage", "OPTIONS": public},
        "private": {
            "BACKEND": "ecommerce.lib.s3.PrivateStorage",
            "OPTIONS": options | {"location": "private", "link_endpoint": links},
        },
    }


@pytest.fixture(scope="session")
def bucket(s3_server: S3) -> dict[str, str]:
    """The environment of a shop with a bucket of its own."""
    return s3_server.bucket(f"files-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def private(bucket: dict[str, str], settings: Any) -> Any:
    settings.STORAGES = {**settings.STORAGES, **stores(bucket)}
    return storages["private"]


@pytest.fixture
def public(private: Any) -> Any:
    return storages["default"]
