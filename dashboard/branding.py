"""Addresses of the staff site's stylesheet and logo; unfold calls these for each request."""

from django.http import HttpRequest
from django.templatetags.static import static


def stylesheet(request: HttpRequest) -> str:
    return static("dashboard/staff.css")


def icon_light(request: HttpRequest) -> str:
    """The arch on light pages, and the favicon."""
    return static("dashboard/arch.svg")


def icon_dark(request: HttpRequest) -> str:
    return static("dashboard/arch-dark.svg")
