"""`{% load pictures %}`: addresses of pictures beyond what every template knows."""

from django import template
from django.core.files.storage import default_storage

register = template.Library()


@register.filter
def stem_url(stem: str) -> str:
    """The address of a picture's renditions without "-320.avif"; shop.js adds that."""
    return default_storage.url(stem)
