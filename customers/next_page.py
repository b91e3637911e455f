"""Where a page leads on to, when whoever linked to it asked for that."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest
from django.urls import reverse


def wanted(request: HttpRequest) -> str:
    """The `next` of a form or an address, when it is a page of this shop; otherwise ""."""
    return safe(request.POST.get("next") or request.GET.get("next") or "")


def safe(target: str) -> str:
    """`target` when it is a page of this shop; otherwise "". Browsers read a backslash as a slash."""
    return target if target and get_adapter().is_safe_url(target) else ""


def with_next(name: str, target: str) -> str:
    """The address of the page `name`, which goes on to `target` when there is one."""
    return reverse(name, query={"next": target} if target else None)
