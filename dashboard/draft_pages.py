"""The pages on which staff prepare an order and send its payment link."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.draft_forms import DraftForm, NewDraftForm, address_form, ways_to_pay
from ecommerce.lib.errors import DomainError
from ecommerce.lib.form_errors import show_refusal
from orders.agreement import agreement_of, read_agreement, sign_agreement
from orders.models import Cart, DraftOrder, Order
from orders.services.arrival import arrival_of
from orders.services.cart_view import view_cart
from orders.services.checkout import missing_answer
from orders.services.drafts import discard_draft, open_draft, save_draft
from payments.services.drafts import place_draft

if TYPE_CHECKING:
    from dashboard.admin.drafts import DraftOrderAdmin

PAGE = "admin:orders_draftorder_change"
LIST = "admin:orders_draftorder_changelist"


def new(request: HttpRequest, model_admin: "DraftOrderAdmin") -> HttpResponse:
    """Ask for whom the order is, then open its draft."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = NewDraftForm(request.POST or None)
    if form.is_valid():
        return redirect(PAGE, open_draft(email=form.cleaned_data["email"], actor=request.user).pk)
    return _render(request, model_admin, "draft_new", form=form, title="New order for a customer")


def edit(request: HttpRequest, model_admin: "DraftOrderAdmin", object_id: str) -> HttpResponse:
    """The draft's page; saving keeps everything or says what is wrong with what was typed."""
    draft = _find(request, model_admin, object_id)
    view = view_cart(draft)
    data = request.POST or None
    initial = {
        "email": draft.email,
        "note": draft.note,
        "shipping_method": view.method.code if view.method else "",
    }
    form = DraftForm(data, view=view, initial=initial)
    address = address_form(draft, data)
    if form.is_valid() and (address.is_valid() or not address.is_bound):
        postal = address.postal() if address.is_bound else None
        try:
            save_draft(draft=draft, address=postal, **form.answers())
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "The draft is saved.")
            return redirect(PAGE, draft.pk)
    return _page(request, model_admin, draft, form=form, address=address, view=view)


@require_POST
def place(request: HttpRequest, model_admin: "DraftOrderAdmin", pk: int) -> HttpResponse:
    """Place the draft as it was shown. When anything is different by now, it is shown again."""
    if placed := Order.objects.filter(cart=pk).first():
        return redirect("admin:orders_order_change", placed.pk)
    draft = _find(request, model_admin, str(pk))
    agreed = read_agreement(request.POST.get("agreed", ""))
    method = request.POST.get("payment_method", "")
    if agreed is None or method not in dict(ways_to_pay()):
        messages.error(request, "Please look at the draft once more, then place it.")
        return redirect(PAGE, draft.pk)
    try:
        order = place_draft(draft=draft, agreed=agreed, actor=request.user, payment_method=method)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(PAGE, draft.pk)
    how = "is placed" if method else f"is placed; the payment link went to {order.email}"
    messages.success(request, f"Order {order.number} {how}.")
    return redirect("admin:orders_order_change", order.pk)


@require_POST
def discard(request: HttpRequest, model_admin: "DraftOrderAdmin", pk: int) -> HttpResponse:
    draft = _find(request, model_admin, str(pk))
    if not model_admin.has_delete_permission(request, draft):
        raise PermissionDenied
    discard_draft(draft=draft)
    messages.success(request, "The draft is thrown away.")
    return redirect(LIST)


def _find(request: HttpRequest, model_admin: "DraftOrderAdmin", pk: str) -> DraftOrder:
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    draft = DraftOrder.objects.filter(pk=pk).select_related("customer").first() if pk.isdigit() else None
    if draft is None:
        raise Http404
    return draft


def _page(request: HttpRequest, model_admin: "DraftOrderAdmin", draft: Cart, **shown: Any) -> HttpResponse:
    view = shown["view"]
    chosen = bool(view.method and view.method.code == draft.shipping_method)
    return _render(
        request,
        model_admin,
        "draft",
        draft=draft,
        title=f"Draft for {draft.email}",
        agreed=sign_agreement(agreement_of(view, arrival_of(view, now=timezone.now()))),
        is_ready=not missing_answer(draft) and chosen and not view.is_empty and not view.blocked,
        ways_to_pay=ways_to_pay(),
        may_delete=model_admin.has_delete_permission(request, draft),
        **shown,
    )


def _render(
    request: HttpRequest, model_admin: "DraftOrderAdmin", template: str, **context: Any
) -> HttpResponse:
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    wrong = any(getattr(shown.get(name), "errors", None) for name in ("form", "address"))
    return TemplateResponse(request, f"dashboard/{template}.html", shown, status=400 if wrong else 200)
