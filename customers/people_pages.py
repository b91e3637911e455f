"""The staff's pages about one person: where they are signed in, a lost second step, erasing them."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import action

from customers.access import signed_in
from customers.erasure_forms import ErasureForm
from customers.models import User
from customers.privacy_admin import MAY_ERASE
from customers.services.data_requests import ask_for_erasure
from customers.services.open_sessions import end_one, open_sessions
from customers.services.second_factors import take_away
from customers.services.sessions import end_others
from ecommerce.lib.errors import DomainError

CHANGE_PEOPLE, GIVE_ROLES = "customers.change_user", "auth.change_group"


class PeoplePages:
    """Mixed into the admin of people. Whoever may not change people sees and does none of it."""

    admin_site: Any
    actions_detail = ["open_sessions", "open_factor", "open_erasure"]

    @action(description="Sessions", url_path="to-sessions", permissions=["change_people"])
    def open_sessions(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:customers_user_sessions", object_id)

    @action(description="Erase", url_path="to-erasure", permissions=["erase_people"])
    def open_erasure(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:customers_user_erase", object_id)

    @action(description="Second step", url_path="to-second-step", permissions=["give_roles"])
    def open_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return redirect("admin:customers_user_factor", object_id)

    def has_give_roles_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Whoever decides who is staff also helps those who lost their second step."""
        return request.user.has_perms([CHANGE_PEOPLE, GIVE_ROLES])

    def has_erase_people_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """For the button, and asked again by the page."""
        return request.user.has_perm(MAY_ERASE)

    def has_change_people_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """For the buttons; each page asks again for the person it is about."""
        return request.user.has_perm(CHANGE_PEOPLE)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/sessions/", view(self.sessions_page), name="customers_user_sessions"),
            path("<int:pk>/second-step/", view(self.factor_page), name="customers_user_factor"),
            path("<int:pk>/erase/", view(self.erase_page), name="customers_user_erase"),
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

    def factor_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET says what somebody has as a second step, POST takes it away because it is lost."""
        if not self.has_give_roles_permission(request):
            raise PermissionDenied
        person = self._person(request, pk)
        if request.method != "POST":
            kinds = Authenticator.objects.filter(user=person).order_by("type", "pk")
            context = {"factors": [kind.get_type_display() for kind in kinds]}
            return self._page(request, "factor", person, f"Second step of {person}", context)
        try:
            take_away(of=person, actor=signed_in(request))
        except DomainError as error:
            messages.error(request, error.message)
        else:
            self.log_change(request, person, "Removed the lost second step.")  # type: ignore[attr-defined]
            messages.success(request, "The second step is removed. They are signed out everywhere.")
        return redirect("admin:customers_user_factor", pk)

    def erase_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Says what goes, what stays and what it waits for; asks for the reason before it begins."""
        person = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if person is None:
            raise Http404
        if not self.has_erase_people_permission(request):
            raise PermissionDenied
        form = ErasureForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                ask_for_erasure(
                    customer=person, requested_by=signed_in(request), reason=form.cleaned_data["reason"]
                )
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                self.log_change(request, person, "Asked for the erasure.")  # type: ignore[attr-defined]
                messages.success(request, "The erasure is on its way; the page shows how far it is.")
                return redirect("admin:customers_user_erase", pk)
        asked = person.data_requests.filter(kind="erase").first()
        context = {"form": form, "asked": asked}
        return self._page(request, "erase", person, f"Erase {person}", context)

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
