"""Webhooks by API: who may, what is refused, and that a secret is said once."""

import json
from pathlib import Path

import pytest
from django.test import Client

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.conftest import staff_with
from webhooks.event_types import EventType
from webhooks.models import Delivery, Endpoint
from webhooks.services.publishing import write_for
from webhooks.services.repeating import send_test

pytestmark = pytest.mark.django_db


class Caller:
    """Somebody with a token, who sends and gets JSON."""

    def __init__(self, user=None):
        self._headers = {"authorization": f"Token {issue_token(user=user)}"} if user else {}

    def __call__(self, method, path, body=None, **headers):
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        send = getattr(Client(), method)
        return send(f"/api/webhooks{path}", headers=self._headers | headers, **content)


@pytest.fixture
def staff():
    return Caller(StaffFactory())


def test_a_webhook_from_its_making_to_its_end(staff, receiver, commit):
    made = staff("post", "", {"url": receiver.url, "events": ["stock.changed", "order.paid"]})
    assert made.status_code == 201 and made["Cache-Control"] == "no-store", made.content
    first = made.json()
    assert first["events"] == ["order.paid", "stock.changed"] and first["active"] is True
    receiver.secrets.append(first["secret"])
    path = f"/{first['id']}/"

    shown = staff("get", path)
    assert "secret" not in shown.json() and first["secret"] not in staff("get", "").content.decode()
    assert staff("get", path, **{"if-none-match": shown["ETag"]}).status_code == 304

    with commit():
        tested = staff("post", f"{path}test")
    assert (tested.status_code, tested.json()["state"]) == (202, "Pending")
    (sent,) = staff("get", f"{path}deliveries?state=delivered").json()["results"]
    assert (sent["type"], sent["event_id"]) == ("webhook.test", receiver.verified[0]["id"])
    assert [one["status_code"] for one in sent["attempts"]] == [200]
    assert staff("get", f"{path}deliveries?state=Failed").json()["count"] == 0
    assert staff("get", f"{path}deliveries?state=lost").json()["errors"].keys() == {"state"}

    for _ in range(2):
        with commit():
            again = staff("post", f"{path}deliveries/{sent['id']}/replay")
        assert (again.status_code, again.json()["event_id"]) == (202, sent["event_id"])
    assert [one["id"] for one in receiver.verified] == [sent["event_id"]] * 3

    rotated = staff("post", f"{path}rotate/")
    assert rotated.status_code == 200 and rotated.json()["old_secret_until"]
    assert rotated.json()["secret"] not in ("", first["secret"])

    off = staff("patch", path, {"active": False, "description": "Warehouse"})
    assert (off.json()["active"], off.json()["description"]) == (False, "Warehouse")
    for action in ("test", f"deliveries/{sent['id']}/replay"):
        refused = staff("post", path + action)
        assert (refused.status_code, refused.json()["code"]) == (409, "switched_off")
    stale = staff("patch", path, {"active": True}, **{"if-match": shown["ETag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_since")
    assert staff("patch", path, {"active": True}, **{"if-match": off["ETag"]}).json()["active"] is True

    assert [staff("delete", path).status_code for _ in range(2)] == [200, 404]
    gone = Endpoint.all_objects.get()
    assert gone.is_deleted and gone.sealed_secret == gone.sealed_old_secret == ""
    # The address may be used again.
    assert staff("post", "", {"url": receiver.url, "events": ["order.paid"]}).status_code == 201


def test_what_is_refused(staff, receiver, settings):
    good = {"url": receiver.url, "events": ["order.paid"]}
    assert staff("post", "", good).status_code == 201
    repeated = staff("post", "", good)
    assert (repeated.status_code, repeated.json()["code"]) == (409, "already_subscribed")
    for wrong, code in (
        ({"events": ["order.lost"]}, "unknown_event"),
        ({"events": []}, "invalid"),
        ({"events": "order.paid"}, "invalid"),
        ({"url": ""}, "invalid"),
        ({"url": 7}, "bad_address"),
    ):
        refused = staff("post", "", good | wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, code), wrong
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["errors"].keys() == wrong.keys()
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    for url in ("https://127.0.0.1/", "https://169.254.169.254/", "http://example.com/"):
        refused = staff("post", "", good | {"url": url})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_address")
        assert staff("patch", f"/{Endpoint.objects.get().pk}", {"url": url}).status_code == 400
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    other = staff("post", "", good | {"url": f"{receiver.url}&b=2"}).json()
    taken = staff("patch", f"/{other['id']}", {"url": receiver.url})
    assert (taken.status_code, taken.json()["code"]) == (409, "already_subscribed")


def test_there_is_an_end_to_how_many(staff, receiver, monkeypatch):
    monkeypatch.setattr("webhooks.services.subscribing.MOST", 1)
    answers = [
        staff("post", "", {"url": f"{receiver.url}&n={n}", "events": ["order.paid"]}) for n in range(2)
    ]
    assert answers[1].status_code == 409 and answers[1].json()["code"] == "too_many_webhooks"


def test_who_may(subscribed):
    endpoint = subscribed("order.paid")
    delivery = write_for(endpoint, type="webhook.test", data={})
    one = f"/{endpoint.pk}"
    routes = [
        ("get", "", "view"),
        ("get", "/events", "view"),
        ("post", "", "add"),
        ("get", one, "view"),
        ("patch", one, "change"),
        ("delete", one, "delete"),
        ("post", f"{one}/rotate", "change"),
        ("post", f"{one}/test", "change"),
        ("get", f"{one}/deliveries", "view"),
        ("post", f"{one}/deliveries/{delivery.pk}/replay", "change"),
    ]
    verbs = ("view", "add", "change", "delete")
    guest, customer = Caller(), Caller(UserFactory())
    without = {
        verb: Caller(staff_with(*[f"webhooks.{other}_endpoint" for other in verbs if other != verb]))
        for verb in verbs
    }
    for method, path, verb in routes:
        statuses = [caller(method, path).status_code for caller in (guest, customer, without[verb])]
        assert statuses == [401, 403, 403], (method, path)
    boss = Caller(StaffFactory())
    for method, path, _ in routes:
        if "/" in path[1:] or path == one:
            gone = path.replace(one, "/999999", 1)
            assert boss(method, gone, {} if method != "get" else None).status_code == 404, path
    # A delivery of another webhook is not there either.
    stranger = write_for(subscribed("order.paid", path="&b"), type="webhook.test", data={})
    assert boss("post", f"{one}/deliveries/{stranger.pk}/replay").status_code == 404
    assert {row.state for row in Delivery.objects.all()} == {"pending"}


def test_the_types_of_events_are_those_of_the_page_about_them(staff, settings):
    listed = staff("get", "/events/").json()
    assert [one["type"] for one in listed] == EventType.values
    table = (Path(settings.BASE_DIR) / "docs" / "webhooks.md").read_text()
    for one in listed:
        assert f"| `{one['type']}` | {one['description']} |" in table


def test_lists_ask_the_same_however_long(staff, subscribed, django_assert_num_queries):
    endpoint = subscribed("order.paid")
    for size, count in ((3, 3), (9, 12)):
        for _ in range(size):
            send_test(endpoint=endpoint)
        for delivery in Delivery.objects.all():
            delivery.log.create(duration_ms=1, status_code=500)
        # Token and its person with their second factor, the webhook, the count, the page and its tries.
        with django_assert_num_queries(7):
            page = staff("get", f"/{endpoint.pk}/deliveries")
        assert page.json()["count"] == count
