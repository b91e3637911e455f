"""Whose data is meant when somebody asks for all of it, and what stands in its place afterwards."""

from dataclasses import dataclass, field

from django.db.models import Q

from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.sealing import hashes_of

ERASED = "Erased"
# Never the name of a host (RFC 2606), so nothing is ever delivered there.
ERASED_HOST = "erased.invalid"
_PURPOSE = "personal-data.erased"


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account (`pk`, `customer_id`), or a guest who has none, and what is proven to be theirs.

    `emails` and `phones` are confirmed ones only: whoever typed another's address into an order or
    an account must not get, or erase, that other person's data.
    """

    pk: int | None = None
    customer_id: str = ""
    emails: frozenset[str] = field(default_factory=frozenset)
    phones: frozenset[str] = field(default_factory=frozenset)

    def owns(self, *, customer: str = "customer", email: str = "email") -> Q:
        """Rows of the account, and rows without an account that have one of the email addresses."""
        own = Q(**{f"{customer}_id": self.pk}) if self.pk else NOTHING
        return own | (self.named_in(email) & Q(**{f"{customer}__isnull": True}))

    def named_in(self, email: str) -> Q:
        """Rows that have one of the email addresses, in whatever case it was typed."""
        found = NOTHING
        for address in sorted(self.emails):
            found |= Q(**{f"{email}__iexact": address})
        return found


NOTHING = Q(pk__in=[])


def erased_email(email: str) -> str:
    """What stands where an address stood: always the same for the same one, and it leads back to nobody.

    Whoever has the shop's key and the address can still say that the two belong together; that is
    the proof that a consent or a use of a discount was this address's.
    """
    if is_erased(email):
        return email
    return f"erased-{hashes_of(email.strip().lower(), purpose=_PURPOSE)[0][:20]}@{ERASED_HOST}"


def is_erased(email: str) -> bool:
    return email.endswith(f"@{ERASED_HOST}")


def erased_address(address: dict[str, str] | None) -> dict[str, str] | None:
    """An address of which only the country is left, which taxes and statistics are counted by."""
    if not address:
        return address
    country = str(address.get("country", ""))
    return PostalAddress(name=ERASED, line1="", postal_code="", city="", country=country).to_dict()
