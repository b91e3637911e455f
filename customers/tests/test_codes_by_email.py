"""One-time codes that go to an email address, and codes that belong to one browser."""

import re

import pytest
import time_machine
from django.utils import timezone

from customers.models import OneTimeCode
from customers.services import otp, otp_secrets
from ecommerce.lib.ratelimit import TooMany

pytestmark = pytest.mark.django_db
MAILBOX = "Kim@Example.com"


@pytest.fixture
def ask(commit, mailoutbox):
    def ask_for_code(binding=""):
        with commit():
            otp.request_code(to=MAILBOX, binding=binding)
        return re.search(r"^(\d{6}) is your code", mailoutbox[-1].body, re.M)[1]

    return ask_for_code


def refused(code, binding=""):
    with pytest.raises(otp.CodeRefused):
        otp.redeem(to=MAILBOX, code=code, binding=binding)
    return True


def test_a_code_is_emailed_and_proves_the_mailbox_once(ask, mailoutbox):
    code = ask()
    assert mailoutbox[0].to == [MAILBOX.lower()]
    assert code not in mailoutbox[0].subject
    assert code in mailoutbox[0].alternatives[0][0]
    assert code not in OneTimeCode.objects.get().code_hash
    otp.redeem(to="  kim@EXAMPLE.com ", code=f" {code[:3]} {code[3:]} ")
    assert refused(code)


def test_a_code_works_in_no_other_browser(ask):
    mine, other = otp_secrets.new_binding(), otp_secrets.new_binding()
    code = ask(binding=mine)
    assert refused(code, binding=other)
    assert refused(code)  # nor by the API, which has no browser
    otp.redeem(to=MAILBOX, code=code, binding=mine)


def test_a_code_is_over_after_ten_minutes(ask):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        code = ask()
        clock.shift(601)
        assert refused(code)


def test_five_wrong_tries_void_it_and_a_new_one_keeps_the_count(ask):
    code = ask()
    wrong = "000000" if code != "000000" else "111111"
    assert all(refused(wrong) for _ in range(otp.MAX_TRIES))
    assert refused(code)
    ask()
    assert OneTimeCode.objects.get().failures == otp.MAX_TRIES


def test_a_mailbox_gets_five_codes_an_hour(ask):
    for _ in range(otp.PER_HOUR):
        ask()
    with pytest.raises(TooMany):
        otp.request_code(to=MAILBOX.upper())
