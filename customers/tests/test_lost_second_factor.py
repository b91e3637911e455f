"""A second factor that was lost is taken away by whoever gives roles, and secrets are never in the open."""

import importlib

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from customers.models import ApiToken, User
from customers.services.second_factors import take_away
from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from dashboard.tests.factories import staff_with_role
from ecommerce.lib.errors import DomainError

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
sealing = importlib.import_module("customers.migrations.0006_seal_authenticators")


def page(user):
    return reverse("admin:customers_user_factor", args=[user.pk])


def test_an_owner_takes_away_what_a_colleague_lost(client, commit, mailoutbox):
    owner, picker = staff_with_role("owner"), staff_with_role("picker")
    RecoveryCodes.activate(picker)
    issue_token(user=picker)
    theirs = type(client)()
    theirs.force_login(picker)
    client.force_login(owner)
    assert "Remove the second step" in client.get(page(picker)).content.decode()
    with commit():
        assert client.post(page(picker)).status_code == 302
    assert not Authenticator.objects.filter(user=picker).exists()
    assert not ApiToken.listed.usable_by(picker).exists()
    assert mailoutbox[-1].to == [picker.email]
    assert "was removed" in mailoutbox[-1].subject
    assert LogEntry.objects.filter(object_id=str(picker.pk), user=owner).exists()
    # A new sign-in leads to setting up another one, and nowhere else.
    assert theirs.get("/admin/").status_code == 302


@pytest.mark.parametrize("role", ["picker", "support", "merchandiser", "finance"])
def test_nobody_else_may(client, role):
    picker = staff_with_role("picker")
    client.force_login(staff_with_role(role))
    for response in (client.get(page(picker)), client.post(page(picker))):
        assert response.status_code == 403
    assert Authenticator.objects.filter(user=picker).exists()


def test_not_ones_own_and_not_a_superusers(client):
    owner, chief = staff_with_role("owner"), StaffFactory()
    with pytest.raises(DomainError) as refused:
        take_away(of=owner, actor=owner)
    assert refused.value.code == "own_factor"
    with pytest.raises(DomainError) as refused:
        take_away(of=chief, actor=owner)
    assert refused.value.code == "not_yours"
    client.force_login(owner)
    assert client.post(page(chief)).status_code == 403
    assert Authenticator.objects.filter(user__in=[owner, chief]).count() == 2


def test_a_repeat_changes_nothing_and_tells_nobody_again(commit, mailoutbox):
    owner, picker = staff_with_role("owner"), staff_with_role("picker")
    with commit():
        assert take_away(of=picker, actor=owner) == 1
        assert take_away(of=picker, actor=owner) == 0
    assert len(mailoutbox) == 1


def test_a_raw_row_never_holds_the_secret():
    user = UserFactory()
    TOTP.activate(user, SECRET)
    assert SECRET not in str(Authenticator.objects.get(user=user).data)


def test_secrets_of_before_are_sealed_by_the_migration_and_opened_by_its_reverse():
    user = UserFactory()
    app = Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    codes = Authenticator.objects.create(
        user=user, type="recovery_codes", data={"seed": SECRET, "used_mask": 1}
    )
    for _ in range(2):
        sealing.change(Authenticator, "default", sealed=True)
    for row, name in ((app, "secret"), (codes, "seed")):
        row.refresh_from_db()
        assert SECRET not in str(row.data)
        assert get_adapter().decrypt(row.data[name]) == SECRET
    assert codes.data["used_mask"] == 1
    sealing.change(Authenticator, "default", sealed=False)
    app.refresh_from_db()
    assert app.data == {"secret": SECRET}
    assert User.objects.filter(pk=user.pk).exists()
