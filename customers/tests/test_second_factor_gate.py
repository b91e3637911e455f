"""Staff reach nothing before their second step: not by page, not by program, whatever the way in."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from customers.services.tokens import issue_token
from customers.tests.factories import PASSWORD, StaffFactory, UserFactory, totp_code
from ecommerce.lib.api import PROBLEM_TYPE

pytestmark = pytest.mark.django_db(databases=["default", "documents"])

# (method, path): a shop page, an account page, the staff site, a post there, an unknown page, the API.
EVERYTHING = [
    ("get", "/"),
    ("get", "/cart/"),
    ("get", "/account/"),
    ("get", "/account/programs/"),
    ("get", "/admin/"),
    ("get", "/admin/customers/user/"),
    ("post", "/admin/customers/user/"),
    ("get", "/no-such-page/"),
    ("get", "/api/auth/me"),
    ("get", "/api/products"),
    ("post", "/api/coupons"),
    ("delete", "/api/auth/tokens/"),
    ("get", "/api/schema/"),
]


def ask(client, method, path):
    return client.generic(method.upper(), path, content_type="application/json")


def is_refused(response, path, page):
    if path.startswith("/api"):
        said = b'"code": "second_factor_required"' in response.content
        return response.status_code == 403 and response["Content-Type"] == PROBLEM_TYPE and said
    return response.status_code == 302 and response.url.partition("?")[0] == page


@pytest.fixture(params=[{"is_staff": True, "is_superuser": True}, {"is_staff": True}, {"is_superuser": True}])
def rights(request):
    return {"is_staff": False, "is_superuser": False} | request.param


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_without_a_factor_everything_leads_to_setting_one_up(client, half_signed_in, rights, method, path):
    half_signed_in(client, UserFactory(**rights, second_factor=False))
    assert is_refused(ask(client, method, path), path, reverse("mfa_index"))


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_a_session_that_did_not_pass_is_led_to_the_step(client, half_signed_in, rights, method, path):
    half_signed_in(client, UserFactory(**rights, second_factor=True))
    assert is_refused(ask(client, method, path), path, reverse("mfa_reauthenticate"))


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_after_the_step_nothing_is_in_the_way(client, rights, method, path):
    client.force_login(UserFactory(**rights, second_factor=True))
    response = ask(client, method, path)
    assert not is_refused(response, path, reverse("mfa_index"))
    assert "2fa" not in response.get("Location", "")


@pytest.mark.parametrize("name", ["mfa_index", "account_change_password", "account_reset_password"])
def test_what_sets_one_up_stays_open(client, half_signed_in, name):
    half_signed_in(client, StaffFactory(second_factor=False))
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "account_email",
     "account_change_password", "account_set_password", "account_reauthenticate"],
)  # fmt: skip
def test_with_a_factor_the_password_changes_nothing_before_the_step(client, half_signed_in, name):
    half_signed_in(client, StaffFactory())
    response = client.get(reverse(name))
    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("mfa_reauthenticate"))


def test_signing_out_is_always_possible(client, half_signed_in):
    for second_factor in (True, False):
        half_signed_in(client, StaffFactory(second_factor=second_factor))
        assert client.post(reverse("account_logout")).url == "/"
        assert "_auth_user_id" not in client.session


def test_the_step_leads_on_to_what_was_wanted_and_a_password_does_not_do(client, half_signed_in):
    half_signed_in(client, StaffFactory())
    wanted = "/admin/customers/user/?q=ada"
    step = client.get(wanted).url
    page = client.get(step)
    assert "Your second step" in page.content.decode()
    assert reverse("account_reauthenticate") not in page.content.decode()
    data = {"next": wanted}
    assert client.post(reverse("mfa_reauthenticate"), data | {"code": "000000"}).status_code == 400
    assert client.post(reverse("account_reauthenticate"), data | {"password": PASSWORD}).status_code == 302
    assert client.get("/admin/").status_code == 302
    assert client.post(reverse("mfa_reauthenticate"), data | {"code": totp_code()}).url == wanted
    assert client.get(wanted).status_code == 200


def test_the_step_never_leads_away(client, half_signed_in):
    half_signed_in(client, StaffFactory())
    data = {"next": "https://evil.example/", "code": totp_code()}
    assert client.post(reverse("mfa_reauthenticate"), data).url == reverse("customers:account")


def test_customers_go_their_way(client, half_signed_in):
    half_signed_in(client, UserFactory())
    assert client.get("/account/").status_code == 200
    assert client.get("/api/auth/me").status_code == 200


def test_another_persons_step_does_not_count(client, half_signed_in):
    client.force_login(StaffFactory())
    session = client.session
    session["_auth_user_id"] = str((other := StaffFactory()).pk)
    session["_auth_user_hash"] = other.get_session_auth_hash()
    session.save()
    assert client.get("/admin/").url.startswith(reverse("mfa_reauthenticate"))


def test_a_customer_who_becomes_staff_sets_one_up(client):
    user = UserFactory()
    client.force_login(user)
    user.is_staff = True
    user.save()
    assert client.get("/admin/").url == reverse("mfa_index")


def test_it_costs_no_query(client, django_assert_num_queries):
    client.force_login(StaffFactory())
    client.get(reverse("customers:profile"))
    with django_assert_num_queries(2):  # the session and the person
        client.get("/api/auth/me")


def test_tokens_of_staff_end_with_their_factor(client):
    staff = StaffFactory()
    headers = {"authorization": f"Token {issue_token(user=staff)}"}
    assert client.get("/api/auth/me", headers=headers).status_code == 200
    Authenticator.objects.all().delete()
    refused = client.get("/api/auth/me", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert client.get("/api/products", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/api/signin", "/api/auth/admin/login"])
def test_staff_without_a_factor_get_no_token(client, path):
    staff = StaffFactory(second_factor=False)
    body = {"email": staff.email, "password": PASSWORD}
    response = client.post(path, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (401, "sign_in_refused")
    assert not staff.auth_token_set.exists()


def test_the_demos_owner_is_let_off_and_nobody_else(client, half_signed_in, settings):
    half_signed_in(client, StaffFactory(email="owner@alcove.example", second_factor=False))
    assert client.get("/admin/").status_code == 200
    settings.SECOND_FACTOR_EXEMPT = []
    assert client.get("/admin/").status_code == 302
