"""The staff's pages about one person: where they are signed in, and ending it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import action

from customers.models import User
from customers.services.open_sessions import end_one, open_sessions
from customers.services.sessions import end_others


class PeoplePages:
    """Mixed into the admin of people. Whoever may not change people sees and does none of it."""

    admin_site: Any
    actions_detail = ["open_sessions"]

    @action(description="Sessions", url_path="to-sessions", permissions=["change_people"])
    def open_sessions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:customers_user_sessions", object_id)

    def has_change_people_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """For the buttons; each page asks again for the person it is about."""
        return request.user.has_perm("customers.change_user")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/sessions/", view(self.sessions_page), name="customers_user_sessions"),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def sessions_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET lists the person's open sessions, POST ends `session`, or all of them without one."""
        person = self._person(request, pk)
        if request.method != "POST":
            context = {"sessions": open_sessions(person, this=request.session.session_key)}
            return self._page(request, "sessions", person, f"Sessions of {person}", context)
        chosen = request.POST.get("session", "")
        if chosen:
            if not chosen.isdecimal():
                raise Http404
            end_one(user=person, session_id=int(chosen))
            ended = 1
        else:
            ended = end_others(user=person, keep=None)
        words = "1 session" if ended == 1 else f"{ended} sessions"
        self.log_change(request, person, f"Ended {words}.")  # type: ignore[attr-defined]
        messages.success(request, f"{words} ended.")
        return redirect("admin:customers_user_sessions", pk)

    def _person(self, request: HttpRequest, pk: int) -> User:
        person: User | None = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if person is None:
            raise Http404
        if not self.has_change_permission(request, person):  # type: ignore[attr-defined]
            raise PermissionDenied
        return person

    def _page(
        self, request: HttpRequest, name: str, person: User, title: str, context: dict[str, Any]
    ) -> HttpResponse:
        form = context.get("form")
        status = 400 if form is not None and form.errors else 200
        whole = {**self.admin_site.each_context(request), "title": title, "person": person, **context}
        return TemplateResponse(request, f"customers/admin/{name}.html", whole, status=status)
