"""People and addresses with valid defaults."""

from typing import Any

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from factory.django import DjangoModelFactory

from customers.models import Address, User

# Long enough and in no list of common passwords, so that every form accepts it.
PASSWORD = "quiet-harbour-42"


# Of every authenticator app in the tests.
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def totp_code(secret: str = TOTP_SECRET) -> str:
    """What the app shows now."""
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


class UserFactory(DjangoModelFactory):
    """A customer with a confirmed email address, who signs in with `PASSWORD`.

    Staff have an authenticator app too, unless `second_factor` is False; customers if it is True.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"customer{number}@example.com")
    name = factory.Sequence(lambda number: f"Casey Customer {number}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        is_staff = kwargs.get("is_staff") or kwargs.get("is_superuser")
        second_factor = kwargs.pop("second_factor", is_staff)
        user = model_class.objects.create_user(*args, **kwargs)
        if user.email:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        if second_factor:
            totp.TOTP.activate(user, TOTP_SECRET)
        return user


class StaffFactory(UserFactory):
    """Somebody who may sign in to the staff site and do everything there."""

    email = factory.Sequence(lambda number: f"staff{number}@example.com")
    name = factory.Sequence(lambda number: f"Sam Staff {number}")
    is_staff = True
    is_superuser = True


class AddressFactory(DjangoModelFactory):
    """An address in Berlin, in the book of a new customer unless `customer` is given."""

    class Meta:
        model = Address

    customer = factory.SubFactory(UserFactory)
    name = "Casey Customer"
    line1 = "Torstraße 12"
    postal_code = "10119"
    city = "Berlin"
    country = "DE"
