from collections.abc import Iterator

import pytest
from django.core.files.storage import storages
from django.db import connections


@pytest.fixture(autouse=True)
def _empty_private_storage(tmp_path, settings) -> Iterator[None]:
    """Each test has a private folder of its own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        },
    }
    yield


@pytest.fixture
def private():
    """The private storage of this test."""
    return storages["private"]


@pytest.fixture
def broken_documents(db, tmp_path) -> Iterator[None]:
    """The document store is down: its database cannot be opened."""
    working = connections["documents"]
    broken = working.copy()
    broken.settings_dict["NAME"] = str(tmp_path / "no-such-folder" / "documents.sqlite3")
    connections["documents"] = broken
    yield
    connections["documents"] = working
