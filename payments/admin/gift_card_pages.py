"""The pages on which staff issue gift cards, give store credit, and look after both."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from ecommerce.lib.errors import DomainError
from ecommerce.lib.form_errors import show_refusal
from payments.admin.gift_card_forms import AdjustForm, BlockForm, CreditForm, IssueForm
from payments.models import GiftCard
from payments.services import gift_cards
from payments.services.store_credit import top_up

if TYPE_CHECKING:
    from payments.admin.gift_cards import GiftCardAdmin

PAGE = "admin:payments_giftcard_change"
_LATEST = 200


@never_cache
def issue(request: HttpRequest, model_admin: "GiftCardAdmin") -> HttpResponse:
    """Issue a card. Its code is shown once, in the answer itself, and never again."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = IssueForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        to = gift_cards.Recipient(
            email=data["recipient_email"], name=data["recipient_name"], message=data["message"]
        )
        try:
            issued = gift_cards.issue_gift_card(
                amount=data["amount"],
                key=str(data["key"]),
                to=to,
                expires_on=data["expires_on"],
                reason=data["reason"],
                actor=request.user,
            )
        except DomainError as error:
            show_refusal(form, error)
        else:
            return _render(
                request, model_admin, "gift_card_issued", title="The gift card is issued", issued=issued
            )
    return _form_page(request, model_admin, form, title="Issue a gift card", button="Issue the gift card")


def credit(request: HttpRequest, model_admin: "GiftCardAdmin") -> HttpResponse:
    """Give a customer store credit."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = CreditForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            entry = top_up(
                customer=data["email"],
                amount=data["amount"],
                reason=data["reason"],
                key=str(data["key"]),
                actor=request.user,
            )
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "The store credit is in the customer's account.")
            return redirect(PAGE, entry.card_id)
    return _form_page(request, model_admin, form, title="Give store credit", button="Give it")


def detail(request: HttpRequest, model_admin: "GiftCardAdmin", object_id: str) -> HttpResponse:
    """A card with its ledger, in a fixed number of queries."""
    if not model_admin.has_view_or_change_permission(request):
        raise PermissionDenied
    return _card_page(request, model_admin, _find(object_id))


def adjust(request: HttpRequest, model_admin: "GiftCardAdmin", pk: int) -> HttpResponse:
    """Put money on a card or take some off, with a reason."""
    card = _to_change(request, model_admin, pk)
    form = AdjustForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            gift_cards.adjust(
                card=card,
                change=data["amount"],
                reason=data["reason"],
                key=str(data["key"]),
                actor=request.user,
            )
        except DomainError as error:
            show_refusal(form, error)
        else:
            messages.success(request, "The balance is changed.")
            return redirect(PAGE, card.pk)
    return _card_page(request, model_admin, card, adjust_form=form)


def block(request: HttpRequest, model_admin: "GiftCardAdmin", pk: int) -> HttpResponse:
    """Block a card, or free one that is blocked, with a reason."""
    card = _to_change(request, model_admin, pk)
    form = BlockForm(request.POST, auto_id="block_%s")
    if not form.is_valid():
        return _card_page(request, model_admin, card, block_form=form)
    is_blocked = card.status == GiftCard.Status.BLOCKED
    change = gift_cards.unblock if is_blocked else gift_cards.block
    change(card=card, reason=form.cleaned_data["reason"], actor=request.user)
    messages.success(request, f"{card.label} {'can be used again' if is_blocked else 'is blocked'}.")
    return redirect(PAGE, card.pk)


def _find(pk: int | str) -> GiftCard:
    rows = GiftCard.objects.select_related("customer", "refund__payment__order")
    card = rows.filter(pk=pk).first() if str(pk).isdigit() else None
    if card is None:
        raise Http404
    return card


def _to_change(request: HttpRequest, model_admin: "GiftCardAdmin", pk: int) -> GiftCard:
    """Raises PermissionDenied for who may not change cards, Http404 for anything but a POST."""
    if not request.user.has_perm("payments.change_giftcard"):
        raise PermissionDenied
    if request.method != "POST":
        raise Http404
    return _find(pk)


def _card_page(
    request: HttpRequest, model_admin: "GiftCardAdmin", card: GiftCard, **forms: Any
) -> HttpResponse:
    entries = card.entries.select_related("payment__order", "refund__payment__order", "actor")
    return _render(
        request,
        model_admin,
        "gift_card_detail",
        title=card.label,
        card=card,
        original=card,
        entries=entries[:_LATEST],
        may_change=request.user.has_perm("payments.change_giftcard"),
        **({"adjust_form": AdjustForm(), "block_form": BlockForm(auto_id="block_%s")} | forms),
    )


def _form_page(request: HttpRequest, model_admin: "GiftCardAdmin", form: Any, **words: Any) -> HttpResponse:
    return _render(request, model_admin, "gift_card_form", form=form, **words)


def _render(
    request: HttpRequest, model_admin: "GiftCardAdmin", template: str, **context: Any
) -> HttpResponse:
    shown = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **context}
    wrong = any(getattr(shown.get(name), "errors", None) for name in ("form", "adjust_form", "block_form"))
    return TemplateResponse(request, f"payments/admin/{template}.html", shown, status=400 if wrong else 200)
