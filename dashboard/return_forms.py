"""What the pages of returns ask staff for."""

from typing import Any

from babel.numbers import get_currency_precision
from django import forms

from ecommerce.lib.money import ZERO, format_money, round_money
from orders.models import Return
from payments.services.returns import money_left, return_estimate


class AnswerForm(forms.Form):
    """A reason for the shopper."""

    reason = forms.CharField(max_length=200, help_text="The shopper reads it.")

    def __init__(self, *args: Any, return_: Return, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.return_ = return_

    def answers(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class ReceiveForm(forms.Form):
    """How much of each line is in the parcel, and how much of that can be sold again."""

    def __init__(self, *args: Any, return_: Return, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = list(return_.lines.select_related("line"))
        for row in self.rows:
            name, most = row.line.full_name, row.quantity
            sound = row.reason not in (row.Reason.DAMAGED, row.Reason.NOT_AS_DESCRIBED)
            self.fields[f"arrived_{row.pk}"] = forms.IntegerField(
                label=f"Arrived of {name}", min_value=0, max_value=most, initial=most
            )
            self.fields[f"restocked_{row.pk}"] = forms.IntegerField(
                label=f"Back on the shelf of {name}",
                min_value=0,
                max_value=most,
                initial=most if sound else 0,
                help_text=f"Announced: {most}, {row.get_reason_display().lower()}.",
            )

    def answers(self) -> dict[str, Any]:
        """The arguments of `receive_return`."""
        data = self.cleaned_data
        counts = {row.pk: (data[f"arrived_{row.pk}"], data[f"restocked_{row.pk}"]) for row in self.rows}
        return {"received": counts}


class RefundReturnForm(forms.Form):
    """The money of a return: all of it unless staff write less, with the reason."""

    refund_shipping = forms.BooleanField(label="Delivery cost too", required=False)
    reason = forms.CharField(
        max_length=200,
        required=False,
        help_text="Needed when less than the full price goes back. The shopper reads it.",
    )

    def __init__(self, *args: Any, return_: Return, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = return_.order.currency
        default = return_estimate(return_=return_)
        self.delivery = return_estimate(return_=return_, refund_shipping=True).shipping
        left = money_left(return_.order)
        shown = max(min(default.goods, left - default.shipping), ZERO)
        worth, rest = format_money(default.goods, currency), format_money(left, currency)
        self.fields["goods"] = forms.DecimalField(
            label="For the goods",
            min_value=ZERO,
            max_digits=12,
            decimal_places=get_currency_precision(currency),
            initial=round_money(shown, currency),
            help_text=f"Worth {worth}; {rest} of what was paid is left.",
        )
        self.order_fields(["goods", "refund_shipping", "reason"])
        self.initial["refund_shipping"] = default.shipping > 0
        if self.delivery:
            self.fields[
                "refund_shipping"
            ].label = f"Delivery cost too: {format_money(self.delivery, currency)}"
        else:
            del self.fields["refund_shipping"]

    def answers(self) -> dict[str, Any]:
        """The arguments of `refund_return`."""
        data = self.cleaned_data
        with_shipping = data.get("refund_shipping", False)
        amount = data["goods"] + (self.delivery if with_shipping else ZERO)
        return {"amount": amount, "refund_shipping": with_shipping, "reason": data["reason"]}
