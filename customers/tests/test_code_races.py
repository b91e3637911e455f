"""Codes entered by many at once. Each guard has a control that shows what happens without it."""

import threading

import pytest

from customers.models import OneTimeCode, User
from customers.services import otp, otp_secrets
from ecommerce.lib.errors import DomainError
from orders.tests.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
MOBILE, CODE, WRONG = "+4915123456789", "271828", "314159"
RIVALS = 8


@pytest.fixture
def code(monkeypatch):
    monkeypatch.setattr(otp_secrets, "new_code", lambda: CODE)
    otp.request_code(to=MOBILE)


def enter(code):
    return lambda: otp.sign_in_by_code(phone=MOBILE, code=code)


def looked_at(monkeypatch):
    """How many guesses were compared with the code."""
    seen, spend = [], otp._spend
    monkeypatch.setattr(
        otp, "_spend", lambda to, code, binding: seen.append(code) or spend(to, code, binding)
    )
    return seen


def refused(results):
    return [result for result in results if isinstance(result, DomainError)]


def test_one_code_entered_by_many_signs_in_once(code):
    results = race(*[enter(CODE)] * RIVALS)
    assert len(refused(results)) == RIVALS - 1
    assert User.objects.count() == 1


def test_control_read_compare_write_lets_all_of_them_in(code, monkeypatch):
    all_read = threading.Barrier(4)

    def unguarded(phone, code, binding):
        row = OneTimeCode.objects.get(recipient=phone)
        all_read.wait(20)
        return row.code_hash in otp_secrets.hashes_of(phone, code) and bool(
            OneTimeCode.objects.filter(pk=row.pk).update(code_hash="")
        )

    monkeypatch.setattr(otp, "_spend", unguarded)
    assert refused(race(*[enter(CODE)] * 4)) == []
    assert User.objects.count() == 1


def test_guesses_at_once_are_five_at_most(code, monkeypatch):
    seen = looked_at(monkeypatch)
    assert len(refused(race(*[enter(WRONG)] * 12))) == 12
    assert len(seen) == otp.MAX_TRIES
    assert OneTimeCode.objects.get().failures == otp.MAX_TRIES
    assert refused(race(enter(CODE)))


def test_control_counting_after_looking_lets_them_all_guess(code, monkeypatch):
    seen, all_read = looked_at(monkeypatch), threading.Barrier(12)

    def unguarded(phone):
        row = OneTimeCode.objects.get(recipient=phone)
        all_read.wait(20)
        row.tries += 1
        row.save(update_fields=["tries"])
        return row.tries <= otp.MAX_TRIES

    monkeypatch.setattr(otp, "_claim_try", unguarded)
    race(*[enter(WRONG)] * 12)
    assert len(seen) == 12


def test_a_new_number_asked_for_by_many_has_one_row_one_account_and_the_limit(monkeypatch):
    monkeypatch.setattr(otp_secrets, "new_code", lambda: CODE)
    results = race(*[lambda: otp.request_code(to=MOBILE)] * RIVALS)
    assert len(refused(results)) == RIVALS - otp.PER_HOUR
    assert OneTimeCode.objects.get().hour_sent == otp.PER_HOUR
    both = race(*[lambda: otp._customer_with(MOBILE)] * 2)
    assert both[0] == both[1] == User.objects.get()
