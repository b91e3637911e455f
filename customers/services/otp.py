"""One-time codes by text message or email: asked for, sent, tried, used once.

A code has six random digits, lives ten minutes, works once, and is void after five tries. A recipient
gets at most five codes an hour and twenty a day. A new code voids the older one and keeps the count
of failures in a row: after a hundred, over all its codes, the recipient is locked until nobody has
tried for a day (NIST SP 800-63B, 5.2.2). docs/sign-in.md has the table.

A recipient (`to`) is a phone number as E.164 or an email address. `binding` ties a code to who asked
for it: pages keep a random text in the visitor's session, so a code read over somebody's shoulder, or
asked for by a stranger, is good in no other browser. Programs have none.

Every step is one guarded UPDATE in a transaction of its own, so that rivals cannot share it. A try
is paid for before the code is looked at: ten guesses at once are five guesses.
"""

import math
from datetime import datetime, timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from customers.models import OneTimeCode, User
from customers.services import otp_secrets
from customers.services.signin import SignInRefused
from customers.tasks import send_code
from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import DomainError
from ecommerce.lib.ratelimit import TooMany, too_many
from ecommerce.lib.transactions import retrying_atomic

LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5
MAX_FAILURES = 100
PER_HOUR, PER_DAY = 5, 20
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class CodeRefused(SignInRefused):
    """Wrong, old, used or void code; closed account, staff: one answer for all."""

    code = "code_refused"

    def __init__(
        self, message: str = "This code is not right or no longer works. Ask for a new one."
    ) -> None:
        super().__init__(message)


@retrying_atomic
def request_code(*, to: str, binding: str = "") -> None:
    """Send a new code to `to` after commit; the older one stops working.

    Does not look whether anybody has this number or address, so nobody can tell. Raises TooMany, with
    `data["retry_after"]`, when it had its codes of this hour or day, or is locked.
    """
    to = _written_alike(to)
    now = timezone.now()
    unused = {"expires_at": now, "hour_began_at": now, "day_began_at": now}
    # Locked, or the sweep could forget the row before it is written.
    OneTimeCode.objects.select_for_update().get_or_create(recipient=to, defaults=unused)
    rows = OneTimeCode.objects.filter(recipient=to)
    rows.filter(hour_began_at__lte=now - _HOUR).update(hour_began_at=now, hour_sent=0)
    rows.filter(day_began_at__lte=now - _DAY).update(day_began_at=now, day_sent=0)
    code = otp_secrets.new_code()
    written = rows.filter(~_locked(now), hour_sent__lt=PER_HOUR, day_sent__lt=PER_DAY).update(
        code_hash=otp_secrets.hash_of(to, code, binding),
        expires_at=now + LIFETIME,
        tries=0,
        hour_sent=F("hour_sent") + 1,
        day_sent=F("day_sent") + 1,
    )
    if not written:
        raise _come_back_later(rows.get(), now)
    # Sealed: a broker, its logs and its monitors see no code. The worker opens it.
    after_commit(send_code, to, otp_secrets.seal(code))


def redeem(*, to: str, code: str, binding: str = "") -> None:
    """Use up the code, which proves that whoever entered it reads what is sent to `to`.

    Raises CodeRefused, the same whatever was wrong.
    """
    to = _written_alike(to)
    if not (_claim_try(to) and _spend(to, "".join(code.split()), binding)):
        raise _refusal()


def sign_in_by_code(*, phone: str, code: str, binding: str = "") -> User:
    """Use up the code and return the customer with this number, a new one when there is none.

    An account that only claims the number, unproven, loses it: who reads its messages owns it.
    Raises CodeRefused, the same whatever was wrong; staff and accounts with a second step do not
    sign in this way.
    """
    redeem(to=phone, code=code, binding=binding)
    return _customer_with(phone)


def confirm_phone(*, customer: User, phone: str, code: str, binding: str = "") -> None:
    """Prove that `phone` belongs to `customer`, who can then sign in with it.

    Raises CodeRefused, and DomainError `phone_taken` when another account has proven it.
    """
    redeem(to=phone, code=code, binding=binding)
    _give(phone, customer)


def codes_left(*, to: str) -> int:
    """How many more codes `to` can have now; the same whether or not anybody has it."""
    now = timezone.now()
    row = OneTimeCode.objects.filter(recipient=_written_alike(to)).first()
    if row is None:
        return PER_HOUR
    if row.failures >= MAX_FAILURES and row.tried_at and row.tried_at > now - _DAY:
        return 0
    hour = row.hour_sent if row.hour_began_at > now - _HOUR else 0
    day = row.day_sent if row.day_began_at > now - _DAY else 0
    return max(0, min(PER_HOUR - hour, PER_DAY - day))


def forget_codes(*, now: datetime) -> int:
    """Remove the rows of recipients that nobody asked for or tried for a day; returns how many."""
    quiet = Q(tried_at=None) | Q(tried_at__lte=now - _DAY)
    asked_long_ago = Q(day_began_at__lte=now - _DAY, hour_began_at__lte=now - _HOUR, expires_at__lte=now)
    return OneTimeCode.objects.filter(quiet & asked_long_ago).delete()[0]


def _written_alike(to: str) -> str:
    """Email addresses differ in case only by how they were typed."""
    return to.strip().lower()


@retrying_atomic
def _claim_try(to: str) -> bool:
    """Count one try, as failed for now, before the code is looked at. False when none is left."""
    now = timezone.now()
    rows = OneTimeCode.objects.filter(recipient=to)
    rows.filter(failures__gt=0, tried_at__lte=now - _DAY).update(failures=0)
    claimed = (
        rows.filter(failures__lt=MAX_FAILURES, tries__lt=MAX_TRIES, expires_at__gt=now)
        .exclude(code_hash="")
        .update(tries=F("tries") + 1, failures=F("failures") + 1, tried_at=now)
    )
    if not claimed:
        rows.filter(failures__gte=MAX_FAILURES).update(tried_at=now)
    return bool(claimed)


@retrying_atomic
def _spend(to: str, code: str, binding: str) -> bool:
    """Whether this is the code; then it is used up and the failures are forgotten."""
    found = OneTimeCode.objects.filter(recipient=to, code_hash__in=otp_secrets.hashes_of(to, code, binding))
    return bool(found.update(code_hash="", tries=0, failures=0))


@retrying_atomic
def _customer_with(phone: str) -> User:
    user = User.objects.select_for_update().filter(phone=phone).first()
    if user is not None and (user.is_staff or user.is_superuser or not user.is_active):
        raise _refusal()
    if user is None or not user.phone_is_confirmed:
        return _new_customer(phone)
    if is_mfa_enabled(user):
        raise _refusal()
    return user


def _new_customer(phone: str) -> User:
    try:
        with transaction.atomic():
            _take_off_others(phone)
            return User.objects.create_user(phone=phone, confirmed_phone=phone)
    except IntegrityError:  # a rival with the next code was faster
        user = User.objects.filter(phone=phone, confirmed_phone=phone, is_active=True).first()
        if user is None:
            raise _refusal() from None
        return user


@retrying_atomic
def _give(phone: str, customer: User) -> None:
    _take_off_others(phone)
    if User.objects.filter(phone=phone).exclude(pk=customer.pk).exists():
        raise DomainError("Another account uses this phone number.", code="phone_taken", field="phone")
    User.objects.filter(pk=customer.pk).update(phone=phone, confirmed_phone=phone)
    customer.refresh_from_db(fields=["phone", "confirmed_phone"])


def _take_off_others(phone: str) -> None:
    """Accounts that typed the number and never proved it lose it to who did."""
    User.objects.filter(phone=phone).exclude(confirmed_phone=phone).update(phone=None)


def _locked(now: datetime) -> Q:
    return Q(failures__gte=MAX_FAILURES, tried_at__gt=now - _DAY)


def _come_back_later(row: OneTimeCode, now: datetime) -> TooMany:
    ends = []
    if row.hour_sent >= PER_HOUR:
        ends.append(row.hour_began_at + _HOUR)
    if row.day_sent >= PER_DAY:
        ends.append(row.day_began_at + _DAY)
    if row.failures >= MAX_FAILURES and row.tried_at:
        ends.append(row.tried_at + _DAY)
    return too_many(max(1, math.ceil((max(ends) - now).total_seconds())))


def _refusal() -> CodeRefused:
    return CodeRefused()
