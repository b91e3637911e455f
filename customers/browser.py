"""What ties a one-time code to the browser that asked for it."""

from django.http import HttpRequest

from customers.services.otp_secrets import new_binding

_KEY = "code_binding"


def binding_of(request: HttpRequest) -> str:
    """A random text of this visitor's session, made when it is first needed.

    It never leaves the server: a code asked for here is good in this session only.
    """
    if _KEY not in request.session:
        request.session[_KEY] = new_binding()
    return request.session[_KEY]
