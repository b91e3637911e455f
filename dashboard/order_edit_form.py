"""What staff type to change an order's lines, and the total they agreed to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from ecommerce.lib.errors import DomainError
from orders.models import Order
from orders.models.cart import MAX_QUANTITY
from orders.services.drafts import unknown_sku_words
from orders.services.editing import Edit


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What the page showed when "Change the order" was pressed."""

    revision: int
    total: Decimal


def agreed(data: Mapping[str, Any]) -> Agreed | None:
    """What was confirmed, None while it has only been looked at."""
    if "confirm" not in data:
        return None
    try:
        total = Decimal(data.get("confirmed_total", ""))
        return Agreed(revision=int(data.get("revision", "0")), total=total)
    except (InvalidOperation, ValueError):
        return None


class EditForm(forms.Form):
    """Pieces of each line, one new line by its SKU, and the reason, which the shopper reads."""

    add_sku = forms.CharField(max_length=64, required=False, label="Add by SKU")
    add_quantity = forms.IntegerField(
        min_value=1, max_value=MAX_QUANTITY, required=False, initial=1, label="Pieces of it"
    )
    new_delivery = forms.BooleanField(
        required=False,
        label="Work out delivery anew",
        help_text="Otherwise it costs what it did when the order was placed.",
    )
    reason = forms.CharField(max_length=200, help_text="The customer reads it.")

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(order.lines.all())
        for line in self.lines:
            self.fields[f"quantity_{line.pk}"] = forms.IntegerField(
                label=f"Pieces of {line.full_name}",
                min_value=line.quantity_shipped,
                max_value=MAX_QUANTITY,
                initial=line.quantity,
                help_text=f"{line.quantity_shipped} left already" if line.quantity_shipped else "",
            )
        self.order_fields([f"quantity_{line.pk}" for line in self.lines])

    def edit(self) -> Edit:
        """What was typed, as the service takes it."""
        data = self.cleaned_data
        sku = data["add_sku"].strip()
        return Edit(
            quantities={line.pk: data[f"quantity_{line.pk}"] for line in self.lines},
            additions={sku: data["add_quantity"] or 1} if sku else {},
            reason=data["reason"],
            new_delivery=data["new_delivery"],
        )

    def refuse(self, error: DomainError) -> None:
        """Show why the change was not made."""
        field, words = error.field, error.message
        if error.code == "unknown_product" and self.cleaned_data["add_sku"]:
            words = unknown_sku_words(self.cleaned_data["add_sku"])
        if error.code in ("unknown_product", "out_of_stock"):
            field = "add_sku" if self.cleaned_data["add_sku"] else ""
        self.add_error(field if field in self.fields else None, words)
