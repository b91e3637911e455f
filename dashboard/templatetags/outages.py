"""The line above every staff page while a service is down."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from ecommerce.health import outages
from ecommerce.health.outages import Outage
from ecommerce.health.watching import watch_outages

register = template.Library()


@register.inclusion_tag("dashboard/_outages.html")
def outage_banner() -> dict[str, Any]:
    """What is down, from what is noted on this machine: no query and no probe here, and nothing at all
    while all is well. Somebody sees to it that the note goes once the service is back."""
    found = outages.current()
    if found:
        watch_outages()
    return {"outages": [f"Since {_moment(outage)}: {outage.service.lost}." for outage in found]}


def _moment(outage: Outage) -> str:
    """The time of day, with the date unless it is today's."""
    since = timezone.localtime(outage.since)
    if since.date() == timezone.localdate():
        return date_format(since, "H:i")
    return date_format(since, "j F, H:i")
