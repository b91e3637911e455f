"""One-time codes by mobile: asked for, sent, tried, used once (NIST SP 800-63B, ASVS 6.5 and 6.6)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken

from customers.models import OneTimeCode, User
from customers.services import otp, otp_secrets
from customers.services.sweep import sweep
from customers.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
MOBILE = "+4915123456789"
ASK, ENTER = "/api/auth/customer/request-otp/", "/api/auth/customer/login/"


@pytest.fixture(autouse=True)
def roomy(settings):
    """The limits by address have tests of their own."""
    settings.API_RATES = settings.API_RATES | {"codes": "9999/min"}


@pytest.fixture
def texts(settings, tmp_path):
    """The messages sent so far, in no order."""
    settings.SMS_FILE_PATH = tmp_path
    return lambda: [file.read_text() for file in tmp_path.iterdir()]


@pytest.fixture
def ask(client, commit, texts):
    """Ask for a code and return the one that came."""

    def ask_for(mobile=MOBILE):
        before = texts()
        with commit():
            answer = client.post(ASK, {"mobile": mobile}, content_type="application/json")
        assert answer.status_code == 200, answer.content
        (new,) = [text for text in texts() if text not in before]
        return re.search(r"^\d{6}", new, re.MULTILINE).group()

    return ask_for


@pytest.fixture
def enter(client):
    def enter_code(code, mobile=MOBILE, path=ENTER):
        return client.post(path, {"mobile": mobile, "otp": code}, content_type="application/json")

    return enter_code


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


def later(**how):
    """Let time pass for every row."""
    ago = timedelta(**how)
    OneTimeCode.objects.update(
        **{name: F(name) - ago for name in ("expires_at", "tried_at", "hour_began_at", "day_began_at")}
    )


def refused(answer):
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"] == "Token"
    assert answer.json()["code"] == "code_refused"
    return answer.content


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_new_number_becomes_a_customer_at_sign_in_and_not_before(client, commit, texts, enter, slash):
    with commit():
        asked = client.post(
            ASK.rstrip("/") + slash, {"mobile": "0151 234 567 89"}, content_type="application/json"
        )
    assert (asked.status_code, asked.json()) == (200, {"message": "success", "expires_in": 600})
    assert not User.objects.exists()
    (text,) = texts()
    code = re.search(r"\n(\d{6}) is your code for .+10 minutes", text).group(1)
    assert text.startswith(f"To: {MOBILE}\n") and text.endswith(f"\n@127.0.0.1 #{code}\n")
    answer = enter(f"{code[:3]} {code[3:]}", path=ENTER.rstrip("/") + slash)
    user = User.objects.get()
    token = answer.json()["credentials"]["token"]
    assert answer.status_code == 200
    assert answer.json() == {
        "message": "success",
        "credentials": {"id": user.pk, "email": None, "token": token},
    }
    assert (str(user.phone), user.phone_is_confirmed, user.has_usable_password()) == (MOBILE, True, False)
    me = client.get("/api/auth/me", headers={"authorization": f"Bearer {token}"}).json()
    assert (me["mobile"], me["email"], me["is_staff"]) == (MOBILE, None, False)


def test_a_known_number_signs_its_customer_in_and_asking_tells_nothing(client, commit, texts, ask, enter):
    user = UserFactory(phone=MOBILE, confirmed_phone=MOBILE)
    ask("+4915123456700")  # the shop's settings are read once
    answers = []
    for mobile in (MOBILE, "+4915123456780"):
        with CaptureQueriesContext(connection) as queries, commit():
            answer = client.post(ASK, {"mobile": mobile}, content_type="application/json")
        answers.append((answer.status_code, answer.content, len(queries)))
    assert answers[0] == answers[1]
    assert len(texts()) == 3
    assert enter(ask()).json()["credentials"] | {"token": ""} == {
        "id": user.pk,
        "email": user.email,
        "token": "",
    }


@pytest.mark.parametrize("mobile", ["", "12", "hello", "+49 1", "٠٠", "0" * 40, None, [], "+49 800 1234567"])
def test_what_is_no_mobile_is_said_by_field(client, mobile):
    for path in (ASK, ENTER):
        answer = client.post(path, {"mobile": mobile, "otp": "123456"}, content_type="application/json")
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == ["mobile"]
    assert not OneTimeCode.objects.exists()


def test_the_code_is_random_and_nowhere_kept_in_the_clear(ask, monkeypatch, commit, client, caplog):
    sent = []
    monkeypatch.setattr(otp, "after_commit", lambda task, *args: sent.append(args))
    client.post(ASK, {"mobile": MOBILE}, content_type="application/json")
    ((phone, sealed),) = sent
    code = otp_secrets.unseal(sealed)
    row = OneTimeCode.objects.get()
    assert phone == MOBILE and code not in sealed + str(vars(row)) + caplog.text
    assert row.code_hash == otp_secrets.hash_of(MOBILE, code) != otp_secrets.hash_of("+4915100000000", code)
    codes = {otp_secrets.new_code() for _ in range(50)}
    assert len(codes) > 45 and all(re.fullmatch(r"\d{6}", code) for code in codes)


def test_the_code_of_a_shop_that_is_tried_out(client, commit, texts, enter, settings):
    settings.FIXED_ONE_TIME_CODE = "1234"
    with commit():
        client.post(ASK, {"mobile": MOBILE}, content_type="application/json")
    assert "1234 is your code" in texts()[0]
    assert enter("1234").status_code == 200
    refused(enter("1234"))


def test_a_key_that_was_replaced_still_opens_its_codes(ask, enter, settings):
    code = ask()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [settings.SECRET_KEY]
    assert enter(code).status_code == 200


def test_whatever_is_wrong_the_answer_is_the_same(ask, enter):
    used, void = ask(), ""
    assert enter(used).status_code == 200
    answers = {refused(enter(used)), refused(enter("123456", mobile="+4915123456000"))}
    void, current = ask(), ask()
    if void != current:
        answers.add(refused(enter(void)))
    answers |= {refused(enter(wrong(current))), refused(enter("abc")), refused(enter("१२३४५६"))}
    later(minutes=10, seconds=1)
    answers.add(refused(enter(current)))
    User.objects.update(is_active=False)
    answers.add(refused(enter(ask())))
    StaffFactory(phone="+4915123456780", confirmed_phone="+4915123456780")
    answers.add(refused(enter(ask("+4915123456780"), mobile="+4915123456780")))
    assert len(answers) == 1
    assert AuthToken.objects.count() == 1


def test_it_still_works_in_its_last_seconds(ask, enter):
    code = ask()
    later(minutes=9, seconds=50)
    assert enter(code).status_code == 200


def test_five_wrong_codes_void_it_and_a_new_one_keeps_the_count(ask, enter):
    code = ask()
    for _ in range(4):
        refused(enter(wrong(code)))
    assert OneTimeCode.objects.get().failures == 4
    code = ask()
    for _ in range(5):
        refused(enter(wrong(code)))
    refused(enter(code))
    assert (OneTimeCode.objects.get().failures, User.objects.count()) == (9, 0)
    assert enter(ask()).status_code == 200
    assert OneTimeCode.objects.get().failures == 0


def test_a_hundred_failures_in_a_row_lock_the_number_for_a_day_without_tries(client, ask, enter):
    code = ask()
    OneTimeCode.objects.update(failures=99, tried_at=timezone.now())
    refused(enter(wrong(code)))
    refused(enter(code))
    again = client.post(ASK, {"mobile": MOBILE}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (429, "too_many_requests")
    assert 86_000 < int(again["Retry-After"]) <= 86_400
    later(hours=23)
    refused(enter(code))  # and this try begins the day anew
    later(hours=23)
    assert sweep(now=timezone.now())["one-time codes forgotten"] == 0
    assert client.post(ASK, {"mobile": MOBILE}, content_type="application/json").status_code == 429
    later(hours=1, seconds=1)
    assert enter(ask()).status_code == 200


def test_a_number_gets_five_codes_an_hour_and_twenty_a_day(client, ask):
    def refused_for(mobile=MOBILE):
        answer = client.post(ASK, {"mobile": mobile}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        return int(answer["Retry-After"])

    for _ in range(4):
        for _ in range(5):
            ask()
        assert refused_for() > 3500
        later(hours=1, seconds=1)
    assert 70_000 < refused_for() < 72_000
    ask("+4915123456780")
    later(hours=20)
    assert ask()


def test_both_doors_are_limited_by_address(client, settings):
    settings.API_RATES = settings.API_RATES | {"codes": "3/10min"}
    statuses = [
        client.post(path, {"mobile": f"+491512345678{number}", "otp": "1"}, content_type="application/json")
        for number, path in enumerate((ASK, ENTER, ASK, ENTER, ASK))
    ]
    assert [answer.status_code for answer in statuses] == [200, 401, 200, 429, 429]
    assert 0 < int(statuses[-1]["Retry-After"]) <= 600


def test_a_number_that_somebody_only_typed_opens_no_account_of_theirs(ask, enter):
    claimant = UserFactory(phone=MOBILE)
    answer = enter(ask())
    owner = User.objects.get(phone=MOBILE)
    assert answer.json()["credentials"]["id"] == owner.pk != claimant.pk
    claimant.refresh_from_db()
    assert claimant.phone is None


def test_who_has_a_second_step_does_not_get_round_it(ask, enter):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(UserFactory(phone=MOBILE, confirmed_phone=MOBILE), generate_totp_secret())
    refused(enter(ask()))


def test_numbers_that_fell_silent_are_forgotten(ask, enter):
    refused(enter(wrong(ask())))
    assert sweep(now=timezone.now())["one-time codes forgotten"] == 0
    later(days=1, seconds=1)
    assert sweep(now=timezone.now())["one-time codes forgotten"] == 1
    assert not OneTimeCode.objects.exists()


def test_a_message_that_cannot_be_sent_is_no_error_to_who_asked(client, commit, settings, caplog):
    settings.SMS_URL = "http://secret-token@127.0.0.1:9/sms"
    with commit():
        answer = client.post(ASK, {"mobile": MOBILE}, content_type="application/json")
    assert answer.status_code == 200
    assert "SmsNotSent" in caplog.text
    assert "secret-token" not in caplog.text and not re.search(r"\b\d{6}\b is your", caplog.text)
