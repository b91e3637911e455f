"""API tokens in the staff site."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:customers_apitoken_changelist"


def staff(*permissions):
    user = StaffFactory(is_superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("count", [2, 25])
def test_the_list_costs_the_same_and_shows_no_hash(count, django_assert_max_num_queries):
    client = staff("view_apitoken", "delete_apitoken")
    for _ in range(count):
        issue_token(user=UserFactory())
    with django_assert_max_num_queries(12):
        page = client.get(reverse(LIST)).content.decode()
    for token in AuthToken.objects.all():
        assert f"{token.token_key[:8]}…" in page
        assert token.digest not in page
    found = client.get(reverse(LIST), {"q": token.token_key[:8]}).content.decode()
    assert token.user.email in found
    others = AuthToken.objects.exclude(pk=token.pk).select_related("user")
    assert not any(other.token_key[:8] in found for other in others)


def test_chosen_tokens_are_ended_and_it_is_on_record():
    client = staff("view_apitoken", "delete_apitoken")
    person = UserFactory()
    ended, kept = issue_token(user=person), issue_token(user=person)
    data = {"action": "end", "_selected_action": [ended[:15]]}
    page = client.post(reverse(LIST), data, follow=True).content.decode()
    assert "1 token has ended" in page
    assert AuthToken.objects.get().token_key == kept[:15]
    entry = LogEntry.objects.get()
    assert (entry.object_id, ended[:8] in entry.change_message) == (str(person.pk), True)


def test_who_may_only_look_cannot_end_them_and_others_see_nothing():
    token = issue_token(user=UserFactory())
    data = {"action": "end", "_selected_action": [token[:15]]}
    looker = staff("view_apitoken")
    looker.post(reverse(LIST), data)
    assert 'value="end"' not in looker.get(reverse(LIST)).content.decode()
    assert staff().get(reverse(LIST)).status_code == 403
    assert (
        staff("view_apitoken", "add_apitoken").get(reverse("admin:customers_apitoken_add")).status_code == 403
    )
    assert AuthToken.objects.count() == 1
