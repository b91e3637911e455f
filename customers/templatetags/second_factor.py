"""What the pages of the second step show besides allauth's own."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from customers.middleware import WANTED
from customers.second_factor import Missing, missing

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """`value` as JSON for an attribute; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag
def lacks_factor(request: HttpRequest) -> bool:
    """Whether this is staff who have to set a second step up before anything else."""
    return missing(request) is Missing.FACTOR


@register.simple_tag
def lacks_step(request: HttpRequest) -> bool:
    """Whether this is staff who have to pass their second step before anything else."""
    return missing(request) is Missing.STEP


@register.simple_tag
def wanted_page(request: HttpRequest) -> str:
    """Where staff wanted to go before they set a second step up, or "": only ever in this shop."""
    wanted = request.session.get(WANTED, "")
    return wanted if url_has_allowed_host_and_scheme(wanted, None) else ""
