from collections.abc import Iterator

import pytest
from django.core.files.storage import storages

from tests.documents_down import documents_down


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
def broken_documents(db) -> Iterator[None]:
    """The document store is down."""
    with documents_down():
        yield
