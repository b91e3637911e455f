"""The pages on which staff make a webhook and look after it. The secret is on one answer only."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from ecommerce.lib.errors import DomainError
from ecommerce.lib.form_errors import show_refusal
from webhooks.admin.forms import EndpointForm
from webhooks.models import Delivery, Endpoint
from webhooks.services import repeating, subscribing

if TYPE_CHECKING:
    from webhooks.admin.endpoints import EndpointAdmin

PAGE = "admin:webhooks_endpoint_change"
_LATEST = 20


@never_cache
def create(request: HttpRequest, model_admin: "EndpointAdmin") -> HttpResponse:
    """Make a webhook. Its secret is shown once, in the answer itself, and never again."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = EndpointForm(request.POST or None)
    if form.is_valid():
        try:
            endpoint, secret = subscribing.subscribe(**form.cleaned_data, actor=request.user)
        except DomainError as error:
            show_refusal(form, error)
        else:
            return _show_secret(request, model_admin, endpoint, secret, title="The webhook is made")
    return _render(request, model_admin, "form", title="Make a webhook", form=form)


def detail(request: HttpRequest, model_admin: "EndpointAdmin", object_id: str) -> HttpResponse:
    """A webhook with its latest deliveries, in a fixed number of queries; a POST changes it."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    endpoint = _find(object_id)
    form = EndpointForm(initial={name: getattr(endpoint, name) for name in EndpointForm.base_fields})
    if request.method == "POST":
        _require_change(request, model_admin)
        form = EndpointForm(request.POST)
        if form.is_valid() and _change(request, form, endpoint):
            return redirect(PAGE, endpoint.pk)
    return _endpoint_page(request, model_admin, endpoint, form)


def _change(request: HttpRequest, form: EndpointForm, endpoint: Endpoint) -> bool:
    try:
        subscribing.change(endpoint=endpoint, actor=request.user, **form.cleaned_data)
    except DomainError as error:
        show_refusal(form, error)
        return False
    messages.success(request, "The webhook is changed.")
    return True


@never_cache
def rotate(request: HttpRequest, model_admin: "EndpointAdmin", pk: int) -> HttpResponse:
    """Replace the secret and show the new one, once."""
    endpoint = _to_change(request, model_admin, pk)
    secret = subscribing.rotate(endpoint=endpoint, actor=request.user)
    return _show_secret(request, model_admin, _find(pk), secret, title="The secret is replaced")


def switch(request: HttpRequest, model_admin: "EndpointAdmin", pk: int) -> HttpResponse:
    """Switch a webhook off, or on again."""
    endpoint = _to_change(request, model_admin, pk)
    active = request.POST.get("active") == "1"
    subscribing.change(endpoint=endpoint, actor=request.user, active=active)
    messages.success(request, f"The webhook is switched {'on' if active else 'off'}.")
    return redirect(PAGE, pk)


def test(request: HttpRequest, model_admin: "EndpointAdmin", pk: int) -> HttpResponse:
    """Send a test event."""
    endpoint = _to_change(request, model_admin, pk)
    try:
        repeating.send_test(endpoint=endpoint)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "A test is on its way. What became of it is in the list below.")
    return redirect(PAGE, pk)


def send_again(request: HttpRequest, model_admin: "EndpointAdmin", pk: int) -> HttpResponse:
    """Send one delivery again."""
    endpoint, chosen = _to_change(request, model_admin, pk), request.POST.get("delivery", "")
    rows = endpoint.deliveries.select_related("event", "endpoint")
    delivery: Delivery | None = rows.filter(pk=chosen).first() if chosen.isdecimal() else None
    if delivery is None:
        raise Http404
    try:
        repeating.replay(delivery=delivery)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{delivery.event} is sent again.")
    return redirect(PAGE, pk)


def _find(pk: int | str) -> Endpoint:
    rows = Endpoint.objects.select_related("created_by")
    endpoint: Endpoint | None = rows.filter(pk=pk).first() if str(pk).isdecimal() else None
    if endpoint is None:
        raise Http404
    return endpoint


def _require_change(request: HttpRequest, model_admin: "EndpointAdmin") -> None:
    if not model_admin.has_change_permission(request):
        raise PermissionDenied


def _to_change(request: HttpRequest, model_admin: "EndpointAdmin", pk: int) -> Endpoint:
    """Raises PermissionDenied for who may not change webhooks, Http404 for anything but a POST."""
    _require_change(request, model_admin)
    if request.method != "POST":
        raise Http404
    return _find(pk)


def _endpoint_page(
    request: HttpRequest, model_admin: "EndpointAdmin", endpoint: Endpoint, form: EndpointForm
) -> HttpResponse:
    deliveries = endpoint.deliveries.select_related("event").order_by("-pk")
    return _render(
        request,
        model_admin,
        "detail",
        title=str(endpoint),
        endpoint=endpoint,
        original=endpoint,
        form=form,
        deliveries=list(deliveries[:_LATEST]),
        may_change=model_admin.has_change_permission(request),
        may_delete=model_admin.has_delete_permission(request),
    )


def _show_secret(
    request: HttpRequest, model_admin: "EndpointAdmin", endpoint: Endpoint, secret: str, *, title: str
) -> HttpResponse:
    return _render(request, model_admin, "secret", title=title, endpoint=endpoint, secret=secret)


def _render(
    request: HttpRequest, model_admin: "EndpointAdmin", template: str, **context: Any
) -> HttpResponse:
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    status = 400 if getattr(shown.get("form"), "errors", None) else 200
    return TemplateResponse(request, f"webhooks/admin/{template}.html", shown, status=status)
