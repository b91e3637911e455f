"""Tokens for programs: sign-in, validation, sign-out."""

from datetime import timedelta

import pytest
from django.utils import timezone
from knox.models import AuthToken

from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory, totp_code

pytestmark = pytest.mark.django_db


def sign_in(client, path="/api/signin", **data):
    return client.post(path, data, content_type="application/json")


@pytest.mark.parametrize("path", ["/api/signin", "/api/signin/", "/api/auth/admin/login/"])
def test_the_documented_shape(client, path):
    staff = StaffFactory(email="admin@example.com")
    response = sign_in(client, path, email="Admin@example.com", password=PASSWORD, otp=totp_code())
    assert response.status_code == 200
    token = response.json()["credentials"]["token"]
    assert response.json() == {
        "message": "success",
        "credentials": {"id": staff.pk, "email": "admin@example.com", "token": token},
    }
    row = AuthToken.objects.get()
    assert token not in (row.digest, row.token_key)
    assert timedelta(days=29) < row.expiry - timezone.now() <= timedelta(days=30)


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "bearer"])
def test_a_token_signs_in_under_both_names_until_it_is_revoked(client, scheme):
    UserFactory(email="ada@example.com")
    token = sign_in(client, email="ada@example.com", password=PASSWORD).json()["credentials"]["token"]
    assert client.post("/api/auth/validate", {"token": token}, content_type="application/json").json() == {
        "message": "success"
    }
    header = {"authorization": f"{scheme} {token}"}
    assert client.post("/api/auth/logout/", headers=header).status_code == 200
    again = client.post("/api/auth/logout/", headers=header)
    assert (again.status_code, again.json()["code"]) == (401, "invalid_token")
    assert again["Content-Type"] == "application/problem+json"
    gone = client.post("/api/auth/validate/", {"token": token}, content_type="application/json")
    assert gone.status_code == 401


def test_wrong_password_unknown_email_and_closed_account_answer_alike(client):
    UserFactory(email="ada@example.com")
    UserFactory(email="closed@example.com", is_active=False)
    answers = []
    for email in ("ada@example.com", "nobody@example.com", "closed@example.com"):
        password = PASSWORD if email.startswith("closed") else "wrong"
        response = sign_in(client, email=email, password=password)
        answers.append((response.status_code, response.json(), response["WWW-Authenticate"]))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 401
    assert answers[0][1]["code"] == "sign_in_refused"


def test_customers_do_not_pass_the_staff_door(client):
    UserFactory(email="ada@example.com")
    assert (
        sign_in(client, "/api/auth/admin/login", email="ada@example.com", password=PASSWORD).status_code
        == 401
    )
    assert not AuthToken.objects.exists()


def test_guessing_one_account_is_stopped_with_a_time_to_wait(client):
    UserFactory(email="ada@example.com")
    codes = [sign_in(client, email="ada@example.com", password="wrong").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]
    right = sign_in(client, email="ada@example.com", password=PASSWORD)
    assert right.status_code == 429
    assert int(right["Retry-After"]) > 0
    assert right["Content-Type"] == "application/problem+json"


def test_guessing_many_accounts_from_one_address_is_stopped(client):
    responses = [
        client.post(
            "/api/signin",
            {"email": f"someone{number}@example.com", "password": "wrong"},
            content_type="application/json",
            headers={"x-forwarded-for": f"10.0.0.{number}"},
        )
        for number in range(21)
    ]
    assert {response.status_code for response in responses[:10]} == {401}
    assert responses[-1].status_code == 429
    assert int(responses[-1]["Retry-After"]) > 0


@pytest.mark.parametrize(
    "data", [{}, {"email": "x"}, {"email": "a@b.example"}, {"email": [], "password": {}}]
)
def test_missing_fields_are_named(client, data):
    response = sign_in(client, **data)
    assert response.status_code == 400
    assert "password" in response.json()["errors"] or "email" in response.json()["errors"]


@pytest.mark.parametrize("token", ["nonsense", "é", "x" * 200, ""])
def test_nonsense_is_not_a_token(client, token):
    response = client.post("/api/auth/validate", {"token": token}, content_type="application/json")
    assert response.status_code == (400 if token == "" else 401)


def test_bytes_that_are_no_text_are_not_a_token(client):
    response = client.post("/api/auth/logout", HTTP_AUTHORIZATION="Token \xff\xfe")
    assert response.status_code == 401


def test_an_expired_token_is_refused(client):
    UserFactory(email="ada@example.com")
    token = sign_in(client, email="ada@example.com", password=PASSWORD).json()["credentials"]["token"]
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.post("/api/auth/logout", headers={"authorization": f"Token {token}"}).status_code == 401


def test_a_second_factor_is_asked_for(client):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    user = UserFactory(email="ada@example.com")
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user)
    code = codes.get_unused_codes()[0]
    assert sign_in(client, email="ada@example.com", password=PASSWORD).status_code == 401
    assert sign_in(client, email="ada@example.com", password=PASSWORD, otp="000000").status_code == 401
    assert sign_in(client, email="ada@example.com", password=PASSWORD, otp=code).status_code == 200
    assert sign_in(client, email="ada@example.com", password=PASSWORD, otp=code).status_code == 401


PATHS = ["/api/signin", "/api/signin/", "/api/auth/admin/login", "/api/auth/admin/login/"]


@pytest.fixture
def hashed(monkeypatch):
    """How often a password was hashed, which is what a sign-in costs."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    seen, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *args: seen.append(args) or encode(self, *args)
    )
    return seen


@pytest.mark.parametrize("path", PATHS)
def test_every_refusal_answers_costs_and_counts_the_same(client, hashed, path):
    StaffFactory(email="known@example.com")
    StaffFactory(email="closed@example.com", is_active=False)
    StaffFactory(email="second@example.com")
    StaffFactory(email="without@example.com", second_factor=False)
    UserFactory(email="customer@example.com")
    tries = {
        "unknown@example.com": {"password": "wrong"},
        "known@example.com": {"password": "wrong"},
        "closed@example.com": {"password": PASSWORD},
        "second@example.com": {"password": PASSWORD},
        "without@example.com": {"password": PASSWORD},
    }
    if "admin" in path:
        tries["customer@example.com"] = {"password": PASSWORD}
    answers = set()
    for number, (email, data) in enumerate(tries.items()):
        # Each from an address of its own: ten failures a minute are that limit, and not meant here.
        where = {"REMOTE_ADDR": f"192.0.2.{number}"}
        statuses = []
        for _ in range(6):
            hashed.clear()
            body = {"email": email} | data
            answer = client.post(path, body, content_type="application/json", **where)
            statuses.append(answer.status_code)
            if answer.status_code == 401:
                answers.add((answer.content, answer["WWW-Authenticate"], len(hashed)))
        assert statuses == [401] * 5 + [429], email
        assert answer["Retry-After"] == "300" and answer.json()["code"] == "too_many_attempts"
    assert len(answers) == 1
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("slash", ["", "/"])
def test_validation_and_sign_out(client, slash):
    token = issue_token(user=UserFactory())

    def validate(value):
        return client.post(f"/api/auth/validate{slash}", {"token": value}, content_type="application/json")

    good = validate(token)
    assert (good.status_code, good.json()) == (200, {"message": "success"})
    header = {"authorization": f"Token {token}"}
    ended = client.post(f"/api/auth/logout{slash}", headers=header)
    assert (ended.status_code, ended.json()) == (200, {"message": "success"})
    gone = validate(token)
    assert (gone.status_code, gone.json()["code"], gone["WWW-Authenticate"]) == (
        401,
        "invalid_token",
        "Token",
    )
    assert client.post(f"/api/auth/logout{slash}").status_code == 401
    assert validate("").status_code == 400
