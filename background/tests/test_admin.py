"""Work that failed in the staff site: who sees it, why it failed, and the two buttons."""

import pytest
from celery import shared_task
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from background.models import FailedTask
from dashboard.tests.conftest import sign_in
from dashboard.tests.factories import staff_with_role
from ecommerce.lib.background import run_now

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
LIST = reverse("admin:background_failedtask_changelist")
broken = True


@shared_task(name="background.tests.print_it", queue_name="documents")
def print_it(number: object) -> None:
    """Print a paper. Slowly."""
    if broken:
        raise ValueError("no paper left")


@pytest.fixture
def failed():
    with pytest.raises(ValueError):
        run_now(print_it, 41)
    return FailedTask.objects.get()


@pytest.fixture
def owner():
    return sign_in(staff_with_role("owner"))


def url(kind, row):
    return reverse(f"admin:background_failedtask_{kind}", args=[row.pk])


def test_the_list_says_what_failed_in_words(owner, failed):
    text = owner.get(LIST).content.decode()
    assert "Print a paper" in text
    assert "Slowly" not in text
    assert "ValueError" in text


def test_the_list_asks_the_database_no_more_for_more_rows(owner, failed):
    owner.get(LIST)  # what a process asks once
    few = _queries(owner)
    for number in range(5):
        FailedTask.objects.create(key=f"k{number}", task=failed.task, args=[number], error_class="OSError")
    assert _queries(owner) == few


def _queries(client) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(LIST).status_code == 200
    return len(caught)


def test_the_page_shows_the_error_and_the_buttons(owner, failed):
    text = owner.get(url("change", failed)).content.decode()
    assert "ValueError: no paper left" in text
    assert url("again", failed) in text
    assert url("discard", failed) in text


def test_one_that_may_hold_secrets_is_not_tried_again(owner):
    with pytest.raises(ValueError):
        run_now(print_it, "a secret")
    row = FailedTask.objects.get()
    text = owner.get(url("change", row)).content.decode()
    assert "a secret" not in text
    assert url("again", row) not in text
    assert url("discard", row) in text
    answer = owner.post(url("again", row), follow=True)
    assert "not kept" in answer.content.decode()


def test_it_is_tried_again(owner, failed, commit, monkeypatch):
    monkeypatch.setattr(f"{__name__}.broken", False)
    with commit():
        answer = owner.post(url("again", failed), follow=True)
    assert "It is being tried again." in answer.content.decode()
    failed.refresh_from_db()
    assert failed.state == "resolved"
    assert failed.decided_by is not None


def test_it_is_discarded(owner, failed):
    owner.post(url("discard", failed))
    failed.refresh_from_db()
    assert failed.state == "discarded"


def test_many_are_decided_at_once_and_those_that_cannot_are_named(owner, failed):
    done = FailedTask.objects.create(
        key="done", task="documents.store_invoice", args=[7], error_class="OSError", state="resolved"
    )
    sent = {"action": "discard", "_selected_action": [failed.pk, done.pk]}
    text = owner.post(LIST, sent, follow=True).content.decode()
    assert "1 discarded." in text
    assert "documents.store_invoice 7: That is done already." in text


@pytest.mark.parametrize("kind", ["again", "discard"])
def test_looking_changes_nothing(owner, failed, kind):
    assert owner.get(url(kind, failed)).status_code == 405
    failed.refresh_from_db()
    assert failed.state == "failed"


@pytest.mark.parametrize(
    "role, sees", [("support", 200), ("finance", 200), ("picker", 403), ("merchandiser", 403)]
)
def test_others_see_it_or_not_and_decide_nothing(role, sees, failed):
    client = sign_in(staff_with_role(role))
    answer = client.get(url("change", failed))
    assert answer.status_code == sees
    assert url("again", failed) not in answer.content.decode()
    assert client.post(url("again", failed)).status_code == 403
    assert client.post(url("discard", failed)).status_code == 403
    failed.refresh_from_db()
    assert failed.state == "failed"


def test_an_unknown_one_is_not_there(owner, failed):
    assert owner.get(f"{LIST}999999/change/").status_code == 404
    assert owner.post(f"{LIST}999999/again/").status_code == 404


def test_the_home_page_says_how_many_wait_while_there_are_any(owner, failed):
    text = owner.get(reverse("admin:index")).content.decode()
    assert f"{LIST}?state__exact=failed" in text
    owner.post(url("discard", failed))
    assert f"{LIST}?state__exact=failed" not in owner.get(reverse("admin:index")).content.decode()
