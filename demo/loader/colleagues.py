"""Who works in the demo shop besides its owner: one person for each role, and nobody can be them."""

import uuid

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group

from customers.models import User
from demo.loader.bulk import Writer
from demo.loader.plan import Plan, letters

COLLEAGUES = {
    "picker": ("Pelle Brandt", "packing@alcove.example"),
    "support": ("Samira Haddad", "help@alcove.example"),
    "merchandiser": ("Mila Novak", "catalogue@alcove.example"),
    "finance": ("Felix Adler", "books@alcove.example"),
}


def load_colleagues(plan: Plan, *, owner: int) -> None:
    """Write them without a password that works, and put everybody in their role.

    A shop that has taken a role away has nobody in it.
    """
    writer = Writer(User, EmailAddress)
    members = {"owner": owner}
    for number, (role, (name, email)) in enumerate(COLLEAGUES.items()):
        dice = plan.dice(f"colleague:{role}")
        joined = plan.days_ago(420 - 60 * number)
        members[role] = writer.add(
            User,
            email=email,
            name=name,
            password=UNUSABLE_PASSWORD_PREFIX + letters(dice, 40, "abcdefghijklmnopqrstuvwxyz0123456789"),
            is_staff=True,
            customer_id=uuid.UUID(int=dice.getrandbits(128), version=4),
            date_joined=joined,
        )
        writer.add(EmailAddress, user_id=members[role], email=email, verified=True, primary=True)
    writer.flush()
    for group in Group.objects.filter(name__in=members).order_by("pk"):
        group.user_set.add(members[group.name])
