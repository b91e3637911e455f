"""What people agreed to, in the words they saw. Rows are only ever added; the newest counts."""

import hashlib
from functools import lru_cache
from typing import Any

from allauth.account.models import EmailAddress
from django.core import signing
from django.db.models import Max, QuerySet
from django.template.loader import get_template

from customers.models import Consent, User
from ecommerce.lib.errors import NotFound
from ecommerce.lib.visitors import shortened

# The words as the pages have them; tests compare the two.
ORDER_WORDS = "By paying you order for good, under our terms."
SIGN_UP_WORDS = "By making an account you agree to our terms."
PRIVACY_WORDS = "What we store and why stands in our privacy notice."
MARKETING_WORDS = "Email me now and then about new things. One click ends it."
MARKETING_OFF = "No more news by email."
_SALT = "customers.unsubscribe"


def record(
    *,
    kind: str,
    given: bool,
    wording: str,
    where: str,
    email: str,
    customer: Any = None,
    address: str = "",
) -> Consent:
    """Write one answer down. `address` is the visitor's; only its network is kept."""
    return Consent.objects.create(
        kind=kind,
        given=given,
        wording=wording,
        version=_VERSIONS.get(kind, lambda: "")(),
        where=where,
        email=email.strip().lower(),
        customer=customer,
        address=shortened(address),
    )


def record_sign_up(*, customer: User, marketing: bool, address: str) -> None:
    """What making an account says: terms, privacy notice, and news only for who ticked it."""
    seen: dict[str, Any] = {
        "customer": customer,
        "email": customer.email or "",
        "where": "sign-up",
        "address": address,
    }
    record(kind=Consent.Kind.TERMS, given=True, wording=SIGN_UP_WORDS, **seen)
    record(kind=Consent.Kind.PRIVACY, given=True, wording=PRIVACY_WORDS, **seen)
    if marketing:
        record(kind=Consent.Kind.MARKETING_EMAIL, given=True, wording=MARKETING_WORDS, **seen)


def wants_marketing(email: str | None) -> bool:
    """Whether the newest answer of this address is yes; nobody asked is no."""
    rows = Consent.objects.filter(kind=Consent.Kind.MARKETING_EMAIL, email=(email or "").lower())
    newest = rows.newest_first().values_list("given", flat=True).first()
    return bool(email) and bool(newest)


def choose_marketing(*, email: str, given: bool, where: str, address: str, customer: Any = None) -> None:
    """Write down yes or no; the same answer again writes nothing."""
    if wants_marketing(email) == given:
        return
    record(
        kind=Consent.Kind.MARKETING_EMAIL,
        given=given,
        wording=MARKETING_WORDS if given else MARKETING_OFF,
        where=where,
        email=email,
        customer=customer,
        address=address,
    )


def who_agreed() -> QuerySet[Consent]:
    """The newest answer of each confirmed address that says yes to news by email."""
    answers = Consent.objects.filter(kind=Consent.Kind.MARKETING_EMAIL)
    newest = answers.order_by().values("email").annotate(newest=Max("pk")).values("newest")
    confirmed = EmailAddress.objects.filter(verified=True).values("email")
    return answers.filter(pk__in=newest, given=True, email__in=confirmed).order_by("email")


def unsubscribe_key(email: str) -> str:
    """What ends news to this address, for the links in them; good for as long as they are read."""
    return signing.dumps(email.lower(), salt=_SALT)


def email_of_key(key: str) -> str:
    """Raises NotFound for what `unsubscribe_key` did not write."""
    try:
        return str(signing.loads(key, salt=_SALT))
    except signing.BadSignature as error:
        raise NotFound("This link is not complete. Copy all of it from the email.") from error


@lru_cache
def version_of(page: str) -> str:
    """Tells one text of `templates/pages/` from another."""
    source = get_template(f"pages/{page}.html").template.source  # type: ignore[attr-defined]
    return hashlib.sha256(source.encode()).hexdigest()[:16]


_VERSIONS = {
    Consent.Kind.TERMS.value: lambda: version_of("terms"),
    Consent.Kind.PRIVACY.value: lambda: version_of("privacy"),
}
