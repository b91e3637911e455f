"""What is written down: a line for each request, its id everywhere, and nothing that is nobody's business."""

import io
import json
import logging
import os
import subprocess
import sys

import pytest
import structlog
from celery import shared_task
from django.conf import settings as configured
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu import Connection, Exchange, Queue

from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, UserFactory
from ecommerce import logs
from ecommerce.lib import background
from ecommerce.lib.background import task_named
from ecommerce.request_log import HEADER
from orders.tests.factories import OrderFactory
from tests.polling import wait_for
from tests.servers import Redis, Worker
from tests.settings import EMBEDDED
from tests.shop_server import environment_of

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
GIVEN = "0b52a9d0-3c1f-4f6e-9a56-1c0a4d0d5f11"


class Written:
    """What the shop writes, in one of its two formats."""

    def __init__(self, *, as_json):
        config = logs.logging_config(as_json=as_json, level="WARNING")
        formatter = dict(config["formatters"]["line"])
        self.text = io.StringIO()
        self.handler = logging.StreamHandler(self.text)
        self.handler.setFormatter(formatter.pop("()")(**formatter))

    @property
    def whole(self):
        return self.text.getvalue()

    @property
    def lines(self):
        return [json.loads(line) for line in self.whole.splitlines()]

    def request(self):
        [line] = [line for line in self.lines if line["logger"] == "ecommerce.request"]
        return line


@pytest.fixture
def listening(monkeypatch):
    """Everything that loggers pass on at INFO goes into what is returned."""
    handlers, root, requests = [], logging.getLogger(), logging.getLogger("ecommerce.request")
    monkeypatch.setattr(root, "level", logging.INFO)
    before = requests.level
    requests.setLevel(logging.INFO)
    root.manager._clear_cache()

    def listen(*, as_json=True):
        written = Written(as_json=as_json)
        root.addHandler(written.handler)
        handlers.append(written.handler)
        return written

    yield listen
    for handler in handlers:
        root.removeHandler(handler)
    requests.setLevel(before)


@pytest.fixture
def written(listening):
    return listening()


# --- The line of a request ------------------------------------------------------------------


def test_a_request_has_one_line_with_its_fields(client, written):
    answer = client.get("/pages/imprint/")
    line = written.request()
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "page", 200)
    assert line["level"] == "info" and line["time"].endswith("Z")
    assert isinstance(line["duration_ms"], int)
    assert line["request_id"] == answer[HEADER]
    assert "user_id" not in line


def test_who_is_signed_in_is_a_number(client, written):
    ada = UserFactory(email="ada@alcove.example")
    client.force_login(ada)
    client.get(reverse("customers:account"))
    assert written.request()["user_id"] == ada.pk
    assert "ada@" not in written.whole


def test_who_comes_with_a_token_is_a_number_too(client, written):
    ada = UserFactory()
    token = issue_token(user=ada)
    client.get("/api/orders", headers={"authorization": f"Token {token}"})
    assert written.request()["user_id"] == ada.pk
    assert token not in written.whole


def test_logging_asks_nothing_of_session_or_database(settings, written):
    def queries():
        visitor = Client()
        visitor.force_login(ada)
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get("/robots.txt").status_code == 200
        return len(asked)

    ada, middleware = UserFactory(), settings.MIDDLEWARE
    settings.MIDDLEWARE = [name for name in middleware if "RequestLog" not in name]
    without = queries()
    settings.MIDDLEWARE = middleware
    assert queries() == without
    assert written.request()["route"] == "catalog:robots"


def test_an_address_that_leads_nowhere_is_not_repeated(client, written):
    client.get("/no-such-page-with-a-secret/")
    line = written.request()
    assert (line["route"], line["status"]) == ("", 404)
    assert "no-such-page" not in written.whole


def test_probes_have_no_lines(client, written):
    client.get("/health/live")
    client.get("/metrics")
    assert written.whole == ""


# --- Its id ---------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [GIVEN, "a" * 64, "01JDQ2Y6P3ZK8V9W0X1Y2Z3A4B", "req_1-2.3"])
def test_a_well_formed_id_is_taken_and_answered(client, written, given):
    assert client.get("/pages/imprint/", headers={HEADER: given})[HEADER] == given
    assert written.request()["request_id"] == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "a" * 65, "two words", "<script>alert(1)", 'x"},{"level":"critical', "é" * 10, "-" * 9],
)
def test_another_is_replaced(client, written, given):
    answered = client.get("/pages/imprint/", headers={HEADER: given})[HEADER]
    assert answered != given and len(answered) == 32
    assert written.request()["request_id"] == answered


def test_refusals_and_errors_have_it_too(client, settings, written):
    assert client.get("/pages/imprint/", headers={"host": "elsewhere.example"})[HEADER]
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/pages/imprint/", headers={HEADER: GIVEN})[HEADER] == GIVEN


def test_every_line_of_a_request_has_it_and_later_ones_do_not(client, written, monkeypatch):
    def say(request):
        logging.getLogger("orders").warning("stock was short")
        return []

    monkeypatch.setattr("ecommerce.views.live_rates", lambda: say(None))
    client.get("/pages/delivery/", headers={HEADER: GIVEN})
    logging.getLogger("orders").warning("something else")
    said, request, later = written.lines
    assert said["request_id"] == request["request_id"] == GIVEN
    assert (said["event"], said["route"], said["method"]) == ("stock was short", "page", "GET")
    assert "request_id" not in later and "route" not in later


@shared_task(name="ecommerce.tests.say")
def say() -> None:
    logging.getLogger("tasks").warning("said by a task")


def test_work_in_a_thread_of_the_server_has_the_id(written):
    with structlog.contextvars.bound_contextvars(request_id=GIVEN, route="payments:place"):
        background.lane("background").submit(background._run, say, ()).result(20)
    [line] = [line for line in written.lines if line["logger"] == "tasks"]
    assert line["request_id"] == GIVEN and "route" not in line


def test_a_message_to_celery_carries_the_id_and_nothing_else_of_the_request():
    with (
        Connection("memory://") as connection,
        structlog.contextvars.bound_contextvars(request_id=GIVEN, route="page", user_id=7),
    ):
        queue = Queue("of-this-test", Exchange("of-this-test"), routing_key="of-this-test")
        say.apply_async(connection=connection, queue=queue)
        message = connection.SimpleQueue(queue).get(timeout=5)
    assert message.headers["__django_structlog__"] == {"request_id": GIVEN}


def test_a_worker_writes_it_on_the_lines_of_the_task(tmp_path):
    with Redis() as redis:
        environment = environment_of(
            tmp_path, **EMBEDDED | {"CELERY_BROKER_URL": redis.url(), "LOG_FORMAT": "json"}
        )
        with Worker(environment) as worker, Connection(redis.url()) as connection:
            with structlog.contextvars.bound_contextvars(request_id=GIVEN):
                # There is no database, so it fails, which has to be traced as well.
                task_named("documents.store_invoice").apply_async(args=[1], connection=connection)
            found = wait_for(lambda: of_task(worker.log.read_text()), what="line of the task", seconds=60)
    assert {line["request_id"] for line in found} == {GIVEN}
    assert "task_started" in {line["event"] for line in found}


def of_task(text):
    """The worker's lines about the task, once it has ended."""
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    found = [line for line in lines if "task_id" in line]
    return found if any(line["event"] in ("task_failed", "task_retrying") for line in found) else None


# --- What must not be in it -----------------------------------------------------------------


def test_neither_links_nor_queries_are_written(client, written):
    order = OrderFactory()
    client.get(f"{order.get_absolute_url()}?token=abc123secret&email={order.email}&q=%2B4915112345678")
    assert written.request()["route"] == "orders:track"
    for private in (order.token, "abc123secret", order.email, "4915112345678"):
        assert private not in written.whole


def test_a_sign_in_leaves_no_word_of_it(client, written):
    ada = UserFactory(email="ada@alcove.example")
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    client.post(reverse("account_login"), {"login": ada.email, "password": "a-wrong-password"})
    for private in (ada.email, PASSWORD, "a-wrong-password", client.cookies["session"].value):
        assert private not in written.whole


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_keeps_its_trace_and_loses_what_is_private(client, listening, monkeypatch, as_json):
    written, order = listening(as_json=as_json), OrderFactory()
    words = (
        f"(1062, \"Duplicate entry 'ada@alcove.example' for key\") +49 151 12345678 {order.token}"
        f" https://shop:sesame@bank.example/pay?key=123456 Authorization: Bearer abcdefgh12345678"
        f" /orders/{order.token}/ {configured.SECRET_KEY}"
    )

    def fail(*args, **kwargs):
        raise IntegrityError(words)

    monkeypatch.setattr("orders.models.order.OrderQuerySet.with_token", fail)
    client.raise_request_exception = False
    assert client.get(order.get_absolute_url(), headers={HEADER: GIVEN}).status_code == 500
    for private in (
        "ada@", "12345678", "sesame", "123456", f"/{order.token}", configured.SECRET_KEY, "abcdefgh",
    ):  # fmt: skip
        assert private not in written.whole, private
    assert "IntegrityError" in written.whole and "Traceback" in written.whole
    if as_json:
        trace = next(line for line in written.lines if "exception" in line)
        assert (trace["request_id"], trace["route"]) == (GIVEN, "orders:track")
        assert trace["event"] == "Internal Server Error: orders:track"
        assert (written.request()["status"], written.request()["level"]) == (500, "error")


# --- Formats --------------------------------------------------------------------------------


def test_plain_lines_are_for_people(client, listening):
    written = listening(as_json=False)
    client.get("/pages/imprint/", headers={HEADER: GIVEN})
    [line] = written.whole.splitlines()
    assert " INFO ecommerce.request request " in line
    assert f"request_id={GIVEN}" in line and "route=page" in line and "status=200" in line


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, ["json", "INFO"]),
        ({"SHOP_DEMO": "1"}, ["plain", "WARNING"]),
        ({"DEBUG": "1"}, ["plain", "WARNING"]),
        ({"SHOP_DEMO": "1", "LOG_FORMAT": "json"}, ["json", "INFO"]),
        ({"LOG_FORMAT": "plain", "LOG_LEVEL": "ERROR"}, ["plain", "ERROR"]),
    ],
)
def test_production_writes_json_and_people_read_plain_lines(environment, wanted):
    code = (
        "import json; from ecommerce import settings as s;"
        "print(json.dumps([s.LOG_FORMAT, s.LOGGING['loggers']['ecommerce.request']['level']]))"
    )
    kept = {key: value for key, value in os.environ.items() if key != "LOG_FORMAT"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=kept | {"SHOP_DEMO": "0", "DEBUG": "0"} | environment,
        cwd=configured.BASE_DIR,
        capture_output=True,
        check=True,
    )
    assert json.loads(run.stdout) == wanted
