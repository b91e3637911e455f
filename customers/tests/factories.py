"""People and addresses with valid defaults."""

from typing import Any

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from customers.models import Address, User

# Long enough and in no list of common passwords, so that every form accepts it.
PASSWORD = "quiet-harbour-42"


class UserFactory(DjangoModelFactory):
    """A customer with a confirmed email address, who signs in with `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"customer{number}@example.com")
    name = factory.Sequence(lambda number: f"Casey Customer {number}")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        user = model_class.objects.create_user(*args, **kwargs)
        if user.email:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
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
