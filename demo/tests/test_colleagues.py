"""The demo shop's staff: somebody in every role, and nobody can be them."""

import pytest
from django.contrib.auth.models import Group

from customers.models import User
from demo.loader.colleagues import COLLEAGUES
from demo.loader.people import OWNER_EMAIL
from demo.tests.conftest import load

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


def test_every_role_has_somebody_and_only_the_owner_can_sign_in():
    load(products=1, orders=1, customers=1)
    for group in Group.objects.all():
        person = group.user_set.get()
        assert person.is_staff
        assert person.email == (OWNER_EMAIL if group.name == "owner" else COLLEAGUES[group.name][1])
        assert person.has_usable_password() == (group.name == "owner")
    assert User.objects.filter(is_staff=True).count() == len(COLLEAGUES) + 1
