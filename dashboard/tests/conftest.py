"""People who work here, signed in."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from customers.models import User
from customers.tests.factories import StaffFactory
from payments.tests.stripe_shop import fake_stripe, stripe_process

__all__ = ["fake_stripe", "stripe_process"]


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def staff_with(*permissions: str) -> User:
    """Somebody of the staff with just these permissions ("orders.change_order")."""
    user = StaffFactory(is_superuser=False)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


@pytest.fixture
def owner(db) -> User:
    return StaffFactory(name="Olive Owner")


@pytest.fixture
def staff(owner) -> Client:
    """The owner's browser: may do everything."""
    return sign_in(owner)
