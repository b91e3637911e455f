"""What an erasure has to wait for, for the pages of apps that cannot know it."""

from django import template

from customers.models import User
from customers.services.personal_data import person_of
from dashboard.services import personal_data

register = template.Library()


@register.simple_tag
def open_matters(user: User) -> list[str]:
    """In words, what has to be over before this person can be erased."""
    return personal_data.open_matters(person_of(user))
