"""Has the account remember what its customer looked at."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from catalog import viewed as cookie
from customers.models import User
from customers.services import viewed

KEPT_KEY = "viewed"


class ViewedMiddleware:
    """Moves the list of looked-at products between the browser's cookie and the account.

    When a customer sends any form, the account learns what the cookie says, once for each list. At
    sign-in and sign-out `customers.signals` says what the browser is to keep.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and (ids := cookie.ids_of(request)):
            self._keep(request, ids)
        response = self.get_response(request)
        kept: list[int] | None = getattr(request, "viewed_from_now_on", None)
        if kept is not None and (kept or cookie.ids_of(request)):
            cookie.write(response, kept)
        return response

    def _keep(self, request: HttpRequest, ids: list[int]) -> None:
        if isinstance(request.user, User) and request.session.get(KEPT_KEY) != ids:
            viewed.keep(customer=request.user, ids=ids)
            request.session[KEPT_KEY] = ids
