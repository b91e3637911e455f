"""Limits of the API by class of route."""

import pytest
from django.core.cache import cache

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.api_throttles import parse_rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(settings):
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "2/min")


def test_too_many_requests_are_refused_and_told_when_to_come_back(client, few):
    assert [client.get("/api/categories").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/api/categories/")
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"
    assert 0 < int(refused["Retry-After"]) <= 60


def test_classes_are_counted_apart(client, few):
    for _ in range(3):
        client.get("/api/categories")
    assert client.get("/api/cart").status_code == 200


def test_accounts_are_counted_apart_whatever_their_address(client, few):
    one, other = (f"Token {issue_token(user=UserFactory())}" for _ in range(2))
    for _ in range(3):
        client.get("/api/categories", headers={"authorization": one})
    assert client.get("/api/categories", headers={"authorization": one}).status_code == 429
    assert client.get("/api/categories", headers={"authorization": other}).status_code == 200
    assert client.get("/api/categories").status_code == 200


def test_signing_in_is_counted_by_address_also_for_who_is_signed_in(client, few):
    client.force_login(StaffFactory())
    data = {"email": "nobody@example.com", "password": "wrong"}
    answers = [client.post("/api/signin", data, content_type="application/json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]


def test_without_a_cache_the_shop_sells_and_nobody_guesses(client, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionError("no cache")

    monkeypatch.setattr(cache, "count", broken)
    assert client.get("/api/cart").status_code == 200
    data = {"email": "nobody@example.com", "password": "wrong"}
    refused = client.post("/api/signin", data, content_type="application/json")
    assert refused.status_code == 503 and refused["Retry-After"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("20/min", (20, 60)), ("5/10min", (5, 600)), ("100/hour", (100, 3600)), ("1/d", (1, 86400))],
)
def test_rates_in_words(text, meaning):
    assert parse_rate(text) == meaning


@pytest.mark.parametrize("text", ["", "20", "x/min", "20/week", "-1/min"])
def test_other_words_are_no_rate(text):
    with pytest.raises(ValueError, match="no rate"):
        parse_rate(text)
