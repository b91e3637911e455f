"""The page on which staff move stock from one place to another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from catalog.models import StockItem, StockLocation
from catalog.services import inventory
from ecommerce.lib.errors import DomainError
from ecommerce.lib.form_errors import show_refusal

CHANGE_STOCK = "catalog.change_stockitem"


class MoveForm(forms.Form):
    """Where to, how many, and why."""

    target = forms.ModelChoiceField(
        StockLocation.objects.none(), label="To", widget=UnfoldAdminSelectWidget, empty_label=None
    )
    quantity = forms.IntegerField(
        label="How many",
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={"required": "Enter a number.", "min_value": "Enter how many to move, 1 or more."},
    )
    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept with both movements.",
        error_messages={"required": "Say why they move."},
    )

    def __init__(self, *args: Any, item: StockItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item = item
        places = StockLocation.objects.exclude(pk=item.location_id)
        self.fields["target"].queryset = places  # type: ignore[attr-defined]
        self.has_places = places.exists()

    def apply(self, *, actor: Any) -> None:
        """Move them. May raise DomainError."""
        inventory.move_stock(
            variant=self.item.variant, source=self.item.location, actor=actor, **self.cleaned_data
        )


def move_view(request: HttpRequest, model_admin: Any, pk: int) -> HttpResponse:
    """The form for one stock row; what cannot be moved is said beside the number."""
    if not request.user.has_perm(CHANGE_STOCK):
        raise PermissionDenied
    item = StockItem.objects.select_related("variant__product", "location").filter(pk=pk).first()
    if item is None:
        raise Http404
    back = reverse("admin:catalog_stockitem_changelist", query={"q": item.variant.sku})
    form = MoveForm(request.POST or None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            form.apply(actor=request.user)
        except DomainError as error:
            show_refusal(form, error, otherwise="quantity")
        else:
            data = form.cleaned_data
            words = f"{data['quantity']} of {item.variant.sku} moved to {data['target']}."
            messages.success(request, words)
            return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Move {item.variant.sku}",
        "item": item,
        "form": form,
        "back": back,
        "opts": model_admin.opts,
    }
    status = 400 if form.errors else 200
    return TemplateResponse(request, "catalog/admin/move.html", context, status=status)
