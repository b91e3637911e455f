"""Every constraint of the models is kept by the database itself."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint

from catalog.models import StockItem
from catalog.tests.factories import ProductFactory
from customers.tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_checks_of_the_database_find_nothing():
    call_command("check", databases=["default"], fail_level="WARNING")


def constraints(kind):
    return [
        (model._meta.db_table, constraint)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, kind) and model._meta.app_label not in ("reviews", "documents")
    ]


def test_every_unique_constraint_is_there():
    with connection.cursor() as cursor:
        for table, constraint in constraints(UniqueConstraint):
            found = connection.introspection.get_constraints(cursor, table).get(constraint.name)
            assert found and found["unique"], f"{table}: {constraint.name}"


def test_every_check_is_there():
    with connection.cursor() as cursor:
        for table, constraint in constraints(CheckConstraint):
            found = connection.introspection.get_constraints(cursor, table).get(constraint.name)
            assert found and found["check"], f"{table}: {constraint.name}"


def refused(action):
    with pytest.raises(IntegrityError), transaction.atomic():
        action()


def test_an_address_is_verified_for_one_account():
    one, two = UserFactory(), UserFactory()
    EmailAddress.objects.create(user=one, email="nora@example.com", verified=True)
    refused(lambda: EmailAddress.objects.create(user=two, email="nora@example.com", verified=True))
    claimed = EmailAddress.objects.create(user=two, email="nora@example.com")
    refused(lambda: EmailAddress.objects.filter(pk=claimed.pk).update(verified=True))


def test_an_account_has_one_primary_address():
    user = UserFactory()
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email="one@example.com", primary=True)
    refused(lambda: EmailAddress.objects.create(user=user, email="two@example.com", primary=True))
    for number in range(2):
        EmailAddress.objects.create(user=user, email=f"more{number}@example.com")


def test_an_account_has_one_authenticator_app_and_any_number_of_passkeys():
    user = UserFactory()
    for _ in range(2):
        Authenticator.objects.create(user=user, type="webauthn", data={})
    Authenticator.objects.create(user=user, type="totp", data={})
    refused(lambda: Authenticator.objects.create(user=user, type="totp", data={}))


def test_more_cannot_be_held_than_there_is():
    ProductFactory(stock=3)
    refused(lambda: StockItem.objects.update(held=4))


def test_a_condition_goes_with_its_constraint():
    """Taken away and made again, as a migration does."""
    constraint = next(c for c in EmailAddress._meta.constraints if c.name == "unique_primary_email")

    def columns():
        with connection.cursor() as cursor:
            found = connection.introspection.get_table_description(cursor, EmailAddress._meta.db_table)
        return {column.name for column in found}

    assert "unique_primary_email_if" in columns()
    with connection.schema_editor() as editor:
        editor.remove_constraint(EmailAddress, constraint)
    try:
        assert "unique_primary_email_if" not in columns()
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(EmailAddress, constraint)
    assert "unique_primary_email_if" in columns()
