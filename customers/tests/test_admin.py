"""People in the staff site."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from knox.models import AuthToken

from customers.models import User
from customers.services.tokens import issue_token
from customers.tests.factories import AddressFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:customers_user_changelist"
NO_ADDRESSES = {"addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}
ADDED = {"usable_password": "true", "password1": "walnut-canoe", "password2": "walnut-canoe"}


@pytest.fixture
def owner(client):
    user = StaffFactory()
    client.force_login(user)
    return user


def fields_of(user, **changes):
    return {"email": user.email, "name": user.name, "phone": "", "is_active": "on"} | NO_ADDRESSES | changes


@pytest.mark.parametrize("count", [2, 25])
def test_the_list_costs_the_same(client, owner, count, django_assert_max_num_queries):
    UserFactory.create_batch(count)
    with django_assert_max_num_queries(14):
        assert client.get(reverse(LIST)).status_code == 200


def test_staff_are_made_by_email_and_can_sign_in(client, owner):
    data = {"email": "New@Example.com", "name": "Nia", "is_staff": "on"} | ADDED | NO_ADDRESSES
    response = client.post(reverse("admin:customers_user_add"), data)
    assert response.status_code == 302
    made = User.objects.get(email="new@example.com")
    assert made.is_staff
    assert made.check_password("walnut-canoe")
    again = client.post(reverse("admin:customers_user_add"), data)
    assert again.status_code == 200
    assert User.objects.filter(email="new@example.com").count() == 1


def test_roles_are_given_and_accounts_closed_with_their_tokens(client, owner):
    person, group = UserFactory(), Group.objects.create(name="Support")
    AddressFactory(customer=person)
    issue_token(user=person)
    url = reverse("admin:customers_user_change", args=[person.pk])
    assert "Torstraße 12" in client.get(url).content.decode()
    sent = fields_of(person, is_staff="on", groups=[group.pk])
    sent.pop("is_active")
    assert client.post(url, sent).status_code == 302
    person.refresh_from_db()
    assert (person.is_staff, person.is_active, list(person.groups.all())) == (True, False, [group])
    assert not AuthToken.objects.exists()


def test_nobody_makes_themselves_a_superuser(client, owner):
    clerk = StaffFactory(is_superuser=False)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="customers"))
    client.force_login(clerk)
    sent = fields_of(clerk, is_superuser="on", is_staff="on", user_permissions=[1, 2], groups=[])
    client.post(reverse("admin:customers_user_change", args=[clerk.pk]), sent)
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    assert not clerk.user_permissions.filter(content_type__app_label="auth").exists()
    password = reverse("admin:auth_user_password_change", args=[owner.pk])
    assert client.post(password, ADDED).status_code in (302, 403)
    owner.refresh_from_db()
    assert not owner.check_password("walnut-canoe")


def test_people_are_closed_and_never_deleted(client, owner):
    person = UserFactory()
    url = reverse("admin:customers_user_delete", args=[person.pk])
    assert client.post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_a_password_set_by_staff_ends_tokens(client, owner):
    person = UserFactory()
    issue_token(user=person)
    response = client.post(reverse("admin:auth_user_password_change", args=[person.pk]), ADDED)
    assert response.status_code == 302
    person.refresh_from_db()
    assert person.check_password("walnut-canoe")
    assert not AuthToken.objects.exists()
