"""Who a token belongs to, and tokens listed and ended."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from customers.services.sweep import sweep
from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
TOKENS = "/api/auth/tokens"


def headers(token):
    return {"authorization": f"Token {token}"}


@pytest.fixture
def ada():
    return UserFactory(email="ada@example.com", name="Ada Bauer", phone="+4915123456789")


def test_me(client, ada):
    token = issue_token(user=ada)
    answer = client.get("/api/auth/me/", headers=headers(token))
    assert answer.json() == {
        "id": ada.pk,
        "customer_id": str(ada.customer_id),
        "email": "ada@example.com",
        "mobile": "+4915123456789",
        "name": "Ada Bauer",
        "is_staff": False,
    }
    same = client.get("/api/auth/me", headers=headers(token) | {"if-none-match": answer["ETag"]})
    assert same.status_code == 304
    other = client.get("/api/auth/me", headers=headers(issue_token(user=StaffFactory()))).json()
    assert (other["is_staff"], other["mobile"]) == (True, None)


@pytest.mark.parametrize("method", ["get", "delete"])
@pytest.mark.parametrize("path", ["/api/auth/me", TOKENS, f"{TOKENS}/0123abcd/"])
def test_who_is_not_signed_in_gets_401(client, method, path):
    answer = getattr(client, method)(path)
    assert answer.status_code in (401, 405)
    if answer.status_code == 401:
        assert (answer.json()["code"], answer["WWW-Authenticate"]) == ("not_authenticated", "Token")


@pytest.mark.parametrize("slash", ["", "/"])
def test_tokens_are_listed_without_their_secrets(client, ada, slash):
    issue_token(user=UserFactory())
    old = issue_token(user=ada)
    AuthToken.objects.filter(token_key=old[:15]).update(expiry=timezone.now() - timedelta(seconds=1))
    first, current = issue_token(user=ada), issue_token(user=ada)
    answer = client.get(TOKENS + slash, headers=headers(current))
    body = answer.json()
    assert (body["count"], body["next"], body["previous"]) == (2, None, None)
    assert [row["token_id"] for row in body["results"]] == [current[:8], first[:8]]
    assert [row["current"] for row in body["results"]] == [True, False]
    assert set(body["results"][0]) == {"token_id", "created_at", "expires_at", "current"}
    assert body["results"][0]["expires_at"].endswith("Z")
    for row in AuthToken.objects.all():
        assert row.digest not in answer.content.decode()
    assert current[:9] not in answer.content.decode()


@pytest.mark.parametrize("count", [2, 30])
def test_the_list_is_paged_and_costs_the_same(client, ada, count, django_assert_num_queries):
    token = [issue_token(user=ada) for _ in range(count)][-1]
    with django_assert_num_queries(4):
        body = client.get(TOKENS, {"page_size": 20}, headers=headers(token)).json()
    assert (body["count"], len(body["results"])) == (count, min(count, 20))
    assert client.get(TOKENS, {"page_size": 0}, headers=headers(token)).status_code == 400
    assert client.get(TOKENS, {"page": 9}, headers=headers(token)).status_code == 404


@pytest.mark.parametrize("slash", ["", "/"])
def test_one_is_ended_once_and_only_by_its_owner(client, ada, slash):
    current, other = issue_token(user=ada), issue_token(user=ada)
    theirs = issue_token(user=UserFactory())
    for token_id in (theirs[:8], "00000000", other[:7], other[:9], ""):
        gone = client.delete(f"{TOKENS}/{token_id or 'x'}{slash}", headers=headers(current))
        assert gone.status_code == 404 and gone["Content-Type"] == "application/problem+json"
    ended = client.delete(f"{TOKENS}/{other[:8]}{slash}", headers=headers(current))
    assert (ended.status_code, ended.json()) == (200, {"message": "Token ended successfully"})
    assert client.get("/api/auth/me", headers=headers(other)).status_code == 401
    again = client.delete(f"{TOKENS}/{other[:8]}{slash}", headers=headers(current))
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert client.get("/api/auth/me", headers=headers(theirs)).status_code == 200


def test_all_others_are_ended(client, ada):
    current, *others = (issue_token(user=ada) for _ in range(3))
    theirs = issue_token(user=UserFactory())
    answer = client.delete(TOKENS, headers=headers(current))
    assert (answer.status_code, answer.json()["ended"]) == (200, 2)
    statuses = [
        client.get("/api/auth/me", headers=headers(t)).status_code for t in (current, theirs, *others)
    ]
    assert statuses == [200, 200, 401, 401]
    assert client.delete(TOKENS + "/", headers=headers(current)).json()["ended"] == 0


def test_the_sites_session_may_too_with_its_csrf_token(ada):
    issue_token(user=ada)
    browser = Client(enforce_csrf_checks=True)
    assert browser.login(username=ada.email, password=PASSWORD)
    assert browser.get(TOKENS).json()["results"][0]["current"] is False
    assert browser.delete(TOKENS).status_code == 403
    browser.get("/account/password/change/")
    csrf = {"x-csrftoken": browser.cookies["csrf"].value}
    assert browser.delete(TOKENS, headers=csrf).json()["ended"] == 1


def test_a_closed_account_is_refused_at_once(client, ada):
    token = issue_token(user=ada)
    type(ada).objects.update(is_active=False)
    for answer in (
        client.get("/api/auth/me", headers=headers(token)),
        client.post("/api/auth/validate/", {"token": token}, content_type="application/json"),
        client.post("/api/auth/logout/", headers=headers(token)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_expired_tokens_are_swept(ada):
    issue_token(user=ada)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    kept = issue_token(user=UserFactory())
    assert sweep(now=timezone.now())["expired tokens removed"] == 1
    assert AuthToken.objects.get().token_key == kept[:15]
