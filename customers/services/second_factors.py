"""Taking away a second factor that its owner has lost."""

from allauth.mfa.models import Authenticator

from customers.models import User
from customers.services import tokens
from customers.services.sessions import end_others
from customers.tasks import tell_of_lost_factor
from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import DomainError
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def take_away(*, of: User, actor: User) -> int:
    """Remove every second factor and recovery code of a colleague or a customer; returns how many.

    All their sessions and API tokens end, and they are told by email: staff set a new one up when they
    next sign in. Raises DomainError `own_factor` for one's own, which is changed in one's account, and
    `not_yours` for a superuser's unless `actor` is one.
    """
    if of.pk == actor.pk:
        raise DomainError("Change your own second step in your account.", code="own_factor")
    if of.is_superuser and not actor.is_superuser:
        raise DomainError("Only a superuser may do that for a superuser.", code="not_yours")
    User.objects.select_for_update().get(pk=of.pk)
    removed = Authenticator.objects.filter(user=of).delete()[0]
    end_others(user=of, keep=None)
    tokens.revoke_all(user=of)
    if removed and of.email:
        after_commit(tell_of_lost_factor, of.pk)
    return removed
