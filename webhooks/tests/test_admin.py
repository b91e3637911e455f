"""Webhooks in the staff site: made, looked after, and the log."""

import pytest
from django.urls import reverse

from dashboard.tests.conftest import sign_in, staff_with
from ecommerce.lib.errors import NotFound
from webhooks.models import Delivery, Endpoint
from webhooks.services.publishing import write_for
from webhooks.services.repeating import send_test
from webhooks.services.subscribing import rotate

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

ADD = reverse("admin:webhooks_endpoint_add")
LIST = reverse("admin:webhooks_endpoint_changelist")
LOG = reverse("admin:webhooks_delivery_changelist")


@pytest.fixture
def staff(db):
    everything = [f"webhooks.{verb}_endpoint" for verb in ("view", "add", "change", "delete")]
    return sign_in(staff_with(*everything, "webhooks.view_delivery"))


def page_of(endpoint, action="change"):
    return reverse(f"admin:webhooks_endpoint_{action}", args=[endpoint.pk])


def test_the_secret_is_on_one_page_only(staff, receiver, commit):
    given = {"url": receiver.url, "description": "Warehouse", "events": ["order.paid", "stock.back"]}
    made = staff.post(ADD, given)
    endpoint = Endpoint.objects.get()
    secret = made.context["secret"]
    assert made.status_code == 200 and secret in made.content.decode() and "no-store" in made["Cache-Control"]
    receiver.secrets.append(secret)
    with commit():
        assert staff.post(page_of(endpoint, "test"), follow=True).status_code == 200
    assert receiver.types() == ["webhook.test"]
    rotated = staff.post(page_of(endpoint, "rotate"))
    newer = rotated.context["secret"]
    assert newer in rotated.content.decode() and newer != secret
    delivery = reverse("admin:webhooks_delivery_change", args=[Delivery.objects.get().pk])
    for path in (page_of(endpoint), LIST, LOG, delivery):
        page = staff.get(path)
        assert page.status_code == 200
        for one in (secret, newer, endpoint.sealed_secret):
            assert one.removeprefix("whsec_") not in page.content.decode(), path
    assert endpoint.created_by is not None and endpoint.events == ["order.paid", "stock.back"]


def test_wrong_input_is_said_beside_the_field(staff, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    refused = staff.post(ADD, {"url": "https://127.0.0.1/", "events": ["order.paid"]})
    assert refused.status_code == 400 and "private network" in refused.content.decode()
    empty = staff.post(ADD, {"url": "", "events": []})
    text = empty.content.decode()
    assert "Enter the address" in text and "Choose at least one event." in text
    assert not Endpoint.objects.exists()


def test_changing_switching_and_deleting(staff, subscribed, receiver):
    endpoint = subscribed("order.paid")
    changed = {"url": receiver.url, "description": "New name", "events": ["stock.changed"]}
    assert staff.post(page_of(endpoint), changed).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.description, endpoint.events) == ("New name", ["stock.changed"])

    assert staff.post(page_of(endpoint, "switch"), {"active": "0"}).status_code == 302
    refused = staff.post(page_of(endpoint, "test"), follow=True).content.decode()
    assert "switched off" in refused.lower() and not Delivery.objects.exists()
    staff.post(page_of(endpoint, "switch"), {"active": "1"})
    endpoint.refresh_from_db()
    assert endpoint.state == "Active"

    delete = page_of(endpoint, "delete")
    assert staff.get(delete).status_code == 200
    assert staff.post(delete, {"post": "yes"}).status_code == 302
    assert not Endpoint.objects.exists() and Endpoint.all_objects.get().sealed_secret == ""
    assert staff.get(page_of(endpoint)).status_code == 404
    with pytest.raises(NotFound):
        rotate(endpoint=endpoint)


def test_sending_again_one_and_many(staff, subscribed, receiver, commit):
    endpoint = subscribed("order.paid")
    for _ in range(3):
        with commit():
            send_test(endpoint=endpoint)
    chosen = list(Delivery.objects.values_list("pk", flat=True))[:2]
    with commit():
        staff.post(LOG, {"action": "send_again", "_selected_action": chosen}, follow=True)
    assert len(receiver.verified) == 5
    with commit():
        staff.post(page_of(endpoint, "again"), {"delivery": chosen[0]})
    assert len(receiver.verified) == 6
    for wrong in ("", "999999", "x"):
        assert staff.post(page_of(endpoint, "again"), {"delivery": wrong}).status_code == 404

    staff.post(page_of(endpoint, "switch"), {"active": "0"})
    told = staff.post(LOG, {"action": "send_again", "_selected_action": chosen}, follow=True)
    assert told.content.decode().count("Switch it on first.") == 2 and len(receiver.verified) == 6


def test_the_log_can_be_narrowed(staff, subscribed):
    endpoint = subscribed("order.paid")
    write_for(endpoint, type="webhook.test", data={})
    write_for(endpoint, type="order.paid", data={})
    Delivery.objects.filter(event__type="order.paid").update(state="failed")
    for query in (
        "state__exact=failed",
        "event=order.paid",
        f"endpoint__id__exact={endpoint.pk}&state=failed",
    ):
        found = staff.get(f"{LOG}?{query}").context["cl"].result_list
        assert [row.event.type for row in found][:1] == ["order.paid"], query


def test_who_may(subscribed):
    endpoint = subscribed("order.paid")
    viewer = sign_in(staff_with("webhooks.view_endpoint"))
    page = viewer.get(page_of(endpoint)).content.decode()
    assert "Send a test" not in page and "Replace it" not in page
    for action in ("rotate", "switch", "test", "again", "change"):
        assert viewer.post(page_of(endpoint, action)).status_code == 403, action
    assert viewer.get(ADD).status_code == 403 and viewer.post(ADD).status_code == 403
    assert viewer.get(LOG).status_code == 403
    stranger = sign_in(staff_with("orders.view_order"))
    assert stranger.get(LIST).status_code == 403 and stranger.get(page_of(endpoint)).status_code == 403
    assert sign_in(staff_with("webhooks.change_endpoint")).get(page_of(endpoint, "rotate")).status_code == 404


def test_lists_ask_the_same_however_long(staff, subscribed, django_assert_max_num_queries, receiver):
    counts = []
    staff.get(LIST)  # what is cached for all is asked once
    for size in (2, 6):
        for number in range(size):
            endpoint = subscribed("order.paid", path=f"&s={size}&n={number}")
            write_for(endpoint, type="order.paid", data={})
        found = []
        for path in (LIST, LOG, page_of(endpoint)):
            with django_assert_max_num_queries(40) as queries:
                assert staff.get(path).status_code == 200
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
