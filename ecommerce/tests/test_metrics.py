"""What Prometheus reads, and who else may."""

import os
import re
import urllib.request
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from background.models import FailedTask
from ecommerce.health import outages
from ecommerce.metrics import counters, processes, shop
from orders.models import Notification, Order
from orders.tests.factories import OrderFactory, paid_order
from payments.models import Payment
from tests.shop_server import running_shop
from webhooks.models import Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
TOKEN = "a-token-for-prometheus"


def numbers(text):
    """{'shop_emails_owed': 2.0, 'shop_papers_owed{kind="label"}': 0.0, …}"""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def read(client, **how):
    answer = client.get("/metrics", **how)
    assert answer.status_code == 200
    return numbers(answer.content.decode())


# --- Who may read them ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_this_machine_reads_them(client, path, address):
    assert client.get(path, REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["203.0.113.5", "10.0.0.1", "2001:db8::1", "", "localhost"])
def test_without_a_token_nobody_else_does(client, address):
    answer = client.get("/metrics", REMOTE_ADDR=address)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto", "X-Forwarded-Host"]
)
def test_a_proxy_on_this_machine_lets_nobody_in(client, header):
    assert client.get("/metrics", headers={header: "203.0.113.5"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS", True),
        ("SECURE_PROXY_SSL_HEADER", ("HTTP_X_FORWARDED_PROTO", "https")),
        ("ALLAUTH_TRUSTED_PROXY_COUNT", 1),
    ],
)
def test_where_a_proxy_is_expected_a_token_is_needed(client, settings, name, value):
    setattr(settings, name, value)
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_token_opens_them_from_everywhere(client, settings):
    settings.METRICS_TOKEN, settings.ALLOWED_HOSTS = TOKEN, ["shop.example"]
    settings.SECURE_SSL_REDIRECT = True
    headers = {"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "203.0.113.5", "host": "10.0.0.17"}
    answer = client.get("/metrics", REMOTE_ADDR="203.0.113.5", headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain") and answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Token {TOKEN}",
        TOKEN,
        "Bearer ü",
    ],
)
def test_with_a_token_nothing_else_does_not_even_this_machine(client, settings, authorization):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"authorization": authorization}).status_code == 404


# --- What they say --------------------------------------------------------------------------


def test_orders_and_payments_of_the_last_hour(client):
    paid_order()
    OrderFactory(payment_method="demo")
    long_ago = timezone.now() - timedelta(hours=2)
    old = OrderFactory(payment_method="demo")
    Order.objects.filter(pk=old.pk).update(placed_at=long_ago)
    Payment.objects.filter(order=old).update(created_at=long_ago)
    found = read(client)
    assert found["shop_orders_placed_last_hour"] == 2
    assert found['shop_payments_last_hour{outcome="captured"}'] == 1
    assert found['shop_payments_last_hour{outcome="pending"}'] == 1
    assert found['shop_payments_last_hour{outcome="failed"}'] == 0
    assert found["shop_metrics_complete"] == 1


def test_emails_that_are_owed_and_for_how_long(client, time_machine):
    time_machine.move_to("2026-11-30T12:00:00Z", tick=False)
    order = OrderFactory()
    Notification.objects.all().delete()
    for kind, minutes in (("order_received", 30), ("order_paid", 10)):
        at = timezone.now() - timedelta(minutes=minutes)
        Notification.objects.create(order=order, kind=kind, to=order.email, created_at=at)
    sent = timezone.now() - timedelta(days=1)
    Notification.objects.create(
        order=order, kind="order_shipped", to=order.email, created_at=sent, sent_at=sent
    )
    found = read(client)
    assert (found["shop_emails_owed"], found["shop_emails_owed_oldest_seconds"]) == (2, 30 * 60)


def test_papers_webhooks_and_money_that_wait(client):
    order = paid_order()
    Delivery.objects.all().delete()
    endpoint = Endpoint.objects.create(url="https://one.example/")
    for state in ("pending", "given_up", "delivered"):
        event = Event.objects.create(type="order.placed", payload="{}")
        Delivery.objects.create(event=event, endpoint=endpoint, state=state)
    payment = Payment.objects.get(order=order)
    order.alerts.create(kind="flag", message="Look at this", payment=payment)
    found = read(client)
    assert found['shop_papers_owed{kind="invoice"}'] == 1
    assert found['shop_webhook_deliveries{state="given_up"}'] == 1
    assert found['shop_webhook_deliveries{state="due"}'] == 1
    assert found["shop_payment_alerts_open"] == 1
    assert found['shop_refunds{state="pending"}'] == 0


def test_reading_costs_the_same_however_much_there_is(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(16) as few:
        read(client)
    for _ in range(3):
        paid_order()
    with django_assert_max_num_queries(len(few)):
        read(client)


def test_counts_stop_at_a_limit(client, monkeypatch):
    monkeypatch.setattr(shop, "MANY", 2)
    for _ in range(4):
        OrderFactory()
    assert read(client)["shop_orders_placed_last_hour"] == 2


def test_a_shop_without_its_records_still_says_what_is_down(client, monkeypatch):
    outages.begin("documents")

    def gone(now):
        raise OperationalError("gone")

    monkeypatch.setattr(shop, "_READ", [gone])
    found = read(client)
    assert found["shop_metrics_complete"] == 0
    assert found['shop_service_up{service="documents"}'] == 0
    assert found['shop_service_up{service="database"}'] == 1


def test_a_database_that_is_known_to_be_down_is_not_waited_for(client, django_assert_num_queries):
    outages.begin("database")
    with django_assert_num_queries(0):
        found = read(client)
    assert (found["shop_metrics_complete"], found['shop_service_up{service="database"}']) == (0, 0)


def test_tasks_that_fail_are_counted(client):
    from ecommerce.tests.test_background import fail

    before = read(client).get('shop_tasks_failed_total{task="ecommerce.tests.fail"}', 0)
    fail.apply()
    assert read(client)['shop_tasks_failed_total{task="ecommerce.tests.fail"}'] == before + 1


def test_errors_of_services_are_counted(client):
    before = read(client).get('shop_service_errors_total{service="documents"}', 0)
    counters.service_errors.labels(service="documents").inc()
    assert read(client)['shop_service_errors_total{service="documents"}'] == before + 1


def test_requests_are_counted_by_route_and_readings_are_not(client):
    name = 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="page"}'
    before = read(client)
    client.get("/pages/imprint/")
    after = read(client)
    assert after[name] == before.get(name, 0) + 1
    assert not any('view="metrics"' in key or 'view="health' in key for key in after)


def test_no_address_is_in_them(client):
    order = OrderFactory()
    client.get(f"{order.get_absolute_url()}?email={order.email}")
    text = client.get("/metrics").content.decode()
    assert order.token not in text and order.email not in text


# --- Several processes ----------------------------------------------------------------------


@pytest.mark.server
def test_the_workers_of_a_server_count_together():
    with running_shop("metrics", workers=2) as server:

        def get(path):
            with urllib.request.urlopen(server.url + path, timeout=30) as answer:
                return answer.read().decode()

        for _ in range(12):
            get("/pages/terms/")
        counted = re.compile(
            r'django_http_responses_total_by_status_view_method_total{[^}]*view="page"[^}]*} (\d+)'
        )
        # Whichever worker answers, it says the same; the server's own start asked for a page, too.
        told = {sum(map(float, counted.findall(get("/metrics")))) for _ in range(12)}
        assert len(told) == 1 and told.pop() >= 12
        assert numbers(get("/metrics"))["shop_metrics_complete"] == 1


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.delenv(processes.VARIABLE, raising=False)
    yield
    os.environ.pop(processes.VARIABLE, None)


def test_what_ended_servers_left_goes_and_what_others_write_stays(alone, tmp_path, monkeypatch):
    host = "shop-1"
    monkeypatch.setattr(processes.socket, "gethostname", lambda: host)
    own, ended, running = (tmp_path / f"{host}-{number}" for number in (os.getpid(), 2**22 + 5, 1))
    elsewhere, abandoned = tmp_path / "shop-2-7", tmp_path / "shop-3-7"
    for folder in (own, ended, running, elsewhere, abandoned):
        folder.mkdir()
        (folder / "counter_7.db").write_bytes(b"")
    long_ago = timezone.now().timestamp() - 8 * 24 * 60 * 60
    for path in (abandoned / "counter_7.db", abandoned):
        os.utime(path, (long_ago, long_ago))
    processes.share_counts(tmp_path)
    assert set(tmp_path.iterdir()) == {own, running, elsewhere}
    assert list(own.iterdir()) == []
    assert os.environ[processes.VARIABLE] == str(own)


def test_a_folder_that_was_chosen_is_kept(alone, tmp_path, monkeypatch):
    monkeypatch.setenv(processes.VARIABLE, "/chosen")
    processes.share_counts(tmp_path)
    assert os.environ[processes.VARIABLE] == "/chosen" and not list(tmp_path.iterdir())


def test_work_that_failed_for_good(client):
    for number, state in enumerate(("failed", "retried", "resolved")):
        FailedTask.objects.create(
            key=str(number), task="documents.store_invoice", queue="documents", state=state
        )
    assert read(client)["shop_failed_tasks"] == 2
