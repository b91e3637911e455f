"""What staff type to send money of an order back."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

from babel.numbers import get_currency_precision
from django import forms

from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import ZERO, format_money
from orders.models import Order
from payments.models import Refund
from payments.services.refund_parts import LineLeft, delivery_left, lines_left
from payments.services.refunding import METHODS

_TOKEN = re.compile(r"[0-9a-f]{32}")


class RefundPartsForm(forms.Form):
    """Pieces of lines and delivery, or a plain amount, with the reason, which the shopper reads.

    `token` is new for each page that is opened: pressing twice sends the money once.
    """

    delivery = forms.BooleanField(required=False)
    restock = forms.BooleanField(required=False, label="Put the pieces back on the shelf")
    method = forms.ChoiceField(
        choices=[(method.value, method.label) for method in Refund.Method if method in METHODS],
        label="Which way",
        help_text="By hand: you have paid it out yourself, the shop only writes it down.",
    )
    reason = forms.CharField(max_length=200, help_text="The customer reads it.")
    token = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, money_left: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"token": secrets.token_hex(16)})
        super().__init__(*args, **kwargs)
        self.order, self.rows_left = order, lines_left(order)
        self.delivery_left = delivery_left(order)
        for row in self.rows_left:
            if row.left:
                self.fields[f"pieces_{row.line.pk}"] = forms.IntegerField(
                    label=f"Pieces of {row.line.full_name}", min_value=0, required=False, initial=0
                )
        if self.delivery_left:
            worth = format_money(self.delivery_left, order.currency)
            self.fields["delivery"].label = f"Delivery cost: {worth}"
        else:
            del self.fields["delivery"]
        self.fields["amount"] = forms.DecimalField(
            label="Or an amount, for something else",
            required=False,
            min_value=ZERO,
            max_digits=12,
            decimal_places=get_currency_precision(order.currency),
            help_text=f"{format_money(money_left, order.currency)} of what was paid is left.",
        )
        self.order_fields(["delivery", "restock", "amount", "method", "reason"])

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        if not _TOKEN.fullmatch(token):
            raise forms.ValidationError("Please open this page again.")
        return token

    def rows(self) -> Iterator[tuple[LineLeft, forms.BoundField | None]]:
        """Each line with its field; None for one of which nothing can be paid back."""
        for row in self.rows_left:
            name = f"pieces_{row.line.pk}"
            yield row, self[name] if name in self.fields else None

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("amount", "method", "reason")]

    def key(self) -> str:
        """The key of this page's refund."""
        return f"staff-{self.order.number}-{self['token'].value()}"

    def parts(self) -> dict[str, Any]:
        """What goes back, as `worth_of` and `refund_parts` take it."""
        data = self.cleaned_data
        names = [(row.line.pk, f"pieces_{row.line.pk}") for row in self.rows_left]
        return {
            "lines": {pk: data[name] for pk, name in names if data.get(name)},
            "shipping": self.delivery_left if data.get("delivery") else None,
            "amount": data["amount"],
        }

    def refuse(self, error: DomainError) -> None:
        """Show why nothing goes back."""
        field = "delivery" if error.field == "shipping" else error.field
        self.add_error(field if field in self.fields else None, error.message)
