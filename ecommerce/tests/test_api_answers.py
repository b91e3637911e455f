"""What all routes have in common: numbers, times, slashes, limits, and problems for everything else."""

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver

from catalog.tests.factories import ProductFactory
from customers.tests.factories import PASSWORD, UserFactory
from ecommerce.lib.api import problem_handler
from ecommerce.lib.api_formats import JSONRenderer
from ecommerce.views import server_error
from orders.models import Cart


def problem_of(response, status, code):
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"] and body["title"] and body["detail"]
    return body


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("64.00"), b"64.00"),
        (Decimal("-0.50"), b"-0.50"),
        (Decimal("1E+2"), b"100"),
        (Decimal(7), b"7"),
        ("64.00", b'"64.00"'),
        (
            datetime(2024, 12, 13, 11, 30, 5, 9, tzinfo=timezone(timedelta(hours=1))),
            b'"2024-12-13T10:30:05Z"',
        ),
    ],
)
def test_amounts_are_numbers_and_times_are_utc(value, text):
    assert JSONRenderer().render({"value": [value]}) == b'{"value":[%s]}' % text


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/nothing/", "/api/orders/abc", "/api/x.php"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch", "options", "head"])
def test_unknown_routes(client, path, method):
    response = getattr(client, method)(path)
    assert response.status_code == 404
    if method != "head":
        problem_of(response, 404, "unknown_route")


def test_what_only_begins_like_the_api_is_a_page(client, db):
    assert client.get("/apiary/")["Content-Type"].startswith("text/html")


def routes():
    """The patterns under /api that have a name, as (name, regex)."""
    found, waiting = [], [get_resolver("ecommerce.api_urls")]
    while waiting:
        for entry in waiting.pop().url_patterns:
            if isinstance(entry, URLResolver):
                waiting.append(entry)
            elif entry.name:
                found.append(entry)
    return found


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_every_route_takes_the_slash_or_leaves_it(route):
    assert str(route.pattern).endswith("/?$")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/cart", "/api/cart/", "/api/orders", "/api/orders/"])
def test_methods_a_route_does_not_have(client, path):
    response = client.patch(path)
    problem_of(response, 405, "method_not_allowed")
    assert "GET" in response["Allow"]


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"{", b"{'a': 1}", b"\xff\xfe", b'{"quantity": NaN}', b"[" * 100_000])
def test_broken_json(client, body):
    problem_of(client.post("/api/cart", body, content_type="application/json"), 400, "parse_error")


@pytest.mark.django_db
def test_other_kinds_of_body(client):
    response = client.post("/api/cart", "a=1", content_type="application/x-www-form-urlencoded")
    problem_of(response, 415, "unsupported_media_type")
    problem_of(client.get("/api/cart", headers={"accept": "text/html"}), 406, "not_acceptable")


@pytest.mark.django_db
def test_a_body_that_is_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post("/api/cart", json.dumps({"sku": "x" * 100}), content_type="application/json")
    problem_of(response, 413, "too_large")


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Token nonsense", "Bearer nonsense"])
def test_a_wrong_token_is_401_everywhere(client, header):
    for path in ("/api/cart", "/api/orders", "/api/products"):
        response = client.get(path, headers={"authorization": header})
        problem_of(response, 401, "invalid_token")
        assert response["WWW-Authenticate"] == "Token"


@pytest.mark.django_db
def test_the_sites_session_needs_the_csrf_token():
    user, product = UserFactory(), ProductFactory()
    client = Client(enforce_csrf_checks=True)
    assert client.login(username=user.email, password=PASSWORD)
    data = {"product_id": product.pk}
    problem_of(client.post("/api/cart", data, content_type="application/json"), 403, "permission_denied")
    assert not Cart.objects.exists()
    client.get("/account/password/change/")
    token = client.cookies["csrf"].value
    accepted = client.post("/api/cart", data, content_type="application/json", headers={"x-csrftoken": token})
    assert accepted.status_code == 201


def test_a_lock_that_is_held_too_long_is_busy():
    response = problem_handler(OperationalError("database is locked"), {})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert problem_handler(OperationalError("no such table"), {}) is None


def test_our_own_faults_are_problems_too():
    response = server_error(RequestFactory().get("/api/orders"))
    assert json.loads(response.content)["code"] == "server_error"
    assert response["Content-Type"] == "application/problem+json"
