"""Soft deletion, unique keys that come free, and the dates of a row's life; on real models."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog.models import Store
from documents.models import OrderFile

pytestmark = pytest.mark.django_db


def make_store(slug="north", **fields):
    return Store.objects.create(name="North", slug=slug, **fields)


def test_a_deleted_row_is_hidden_and_kept():
    store = make_store()
    store.delete()
    assert not Store.objects.exists()
    assert Store.all_objects.get().is_deleted


@pytest.mark.parametrize(
    "delete", [lambda: Store.objects.all().delete(), lambda: Store.objects.get().delete()]
)
def test_every_door_deletes_softly(delete):
    make_store()
    delete()
    assert Store.all_objects.count() == 1


def test_hard_delete_removes_for_good():
    make_store().hard_delete()
    make_store()
    Store.all_objects.all().hard_delete()
    assert not Store.all_objects.exists()


def test_deleting_twice_changes_nothing():
    store = make_store()
    store.delete()
    token = store.deletion_token
    store.delete()
    store.refresh_from_db()
    assert token and store.deletion_token == token


def test_two_living_rows_cannot_share_a_key():
    make_store()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_store()


def test_a_deleted_row_frees_its_key_again_and_again():
    for _ in range(3):
        make_store().delete()
    make_store()
    assert Store.all_objects.filter(slug="north").count() == 4


def test_rows_deleted_together_get_tokens_of_their_own():
    for slug in ("north", "south"):
        make_store(slug)
    Store.objects.all().delete()
    assert len(set(Store.all_objects.values_list("deletion_token", flat=True))) == 2


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("begins", "ends", "live"),
    [
        (None, None, True),
        (-HOUR, HOUR, True),
        (timedelta(0), None, True),  # the first moment counts
        (None, timedelta(0), False),  # the last does not
        (HOUR, None, False),
        (None, -HOUR, False),
    ],
)
def test_a_row_lives_from_its_first_moment_until_its_last(begins, ends, live):
    now = timezone.now()
    store = make_store(
        active_from=None if begins is None else now + begins,
        active_until=None if ends is None else now + ends,
    )
    assert Store.objects.live(now).exists() is live
    assert store.is_live(now) is live


@pytest.mark.parametrize("field", ["is_suspended", "is_deleted"])
def test_suspended_and_deleted_rows_are_not_live(field):
    store = make_store(**{field: True})
    assert not Store.all_objects.live().exists()
    assert not store.is_live()


def test_modified_at_follows_every_save_and_created_at_none(time_machine):
    time_machine.move_to("2026-01-05T12:00:00Z", tick=False)
    store = make_store()
    time_machine.move_to("2026-01-06T12:00:00Z", tick=False)
    store.save()
    assert store.modified_at - store.created_at == timedelta(days=1)


@pytest.mark.django_db(databases=["default", "documents"])
def test_documents_are_checked_in_python_and_deleted_softly():
    from django.core.exceptions import ValidationError

    values = {"order_id": 1, "order_number": "7K3M9QXA", "source": "invoice:1", "checksum": "0" * 64}
    values |= {"file_name": "invoice.pdf", "path": "invoices/invoice.pdf"}
    kept = OrderFile.objects.create(**values)
    assert isinstance(kept.pk, str) and len(kept.pk) == 36
    kept.delete()
    assert not OrderFile.objects.exists()
    OrderFile.objects.create(**values)  # the key is free again
    with pytest.raises(ValidationError):
        OrderFile.objects.create(**values | {"source": "invoice:2", "file_type": "poem"})
