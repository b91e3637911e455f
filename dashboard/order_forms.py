"""What the order pages ask staff for."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from catalog.services.inventory import waiting_for
from ecommerce.lib.money import format_money, round_money
from orders.models import Order, ShippingMethod


def carriers() -> dict[str, str]:
    """The carrier of each way to send a parcel, by the method's code."""
    methods = ShippingMethod.objects.filter(kind=ShippingMethod.Kind.PARCEL).order_by("position", "pk")
    return {method.code: method.carrier or method.name for method in methods}


def _choices(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in dict.fromkeys(names)]


class ShipForm(forms.Form):
    """A parcel of one order: carrier, tracking number, and how much of each line is in it."""

    carrier = forms.ChoiceField()
    tracking_number = forms.CharField(max_length=60, required=False, help_text="The shopper is told it.")

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = carriers()
        own = known.get(order.shipping_method, order.shipping_name)
        self.fields["carrier"] = forms.ChoiceField(choices=_choices([own, *known.values()]))
        if order.awaits_balance:
            due = format_money(order.amount_due, order.currency)
            self.fields["despite_balance"] = forms.BooleanField(
                required=False, label=f"Send it although {due} is still to pay"
            )
        self.left = {line: line.quantity - line.quantity_shipped for line in order.lines.all()}
        late = waiting_for(order.stock_reference)
        for line, left in self.left.items():
            if left:
                waiting = min(late.get(line.variant_id, 0), left)
                self.fields[f"quantity_{line.pk}"] = forms.IntegerField(
                    label=f"Pieces of {line.full_name}",
                    min_value=0,
                    max_value=left,
                    initial=left - waiting,
                    help_text=f"On backorder: {waiting} not arrived yet." if waiting else "",
                )

    def answers(self) -> dict[str, Any]:
        """The arguments of `ship_order`."""
        data = self.cleaned_data
        pieces = {line.pk: data[f"quantity_{line.pk}"] for line, left in self.left.items() if left}
        return {
            "carrier": data["carrier"],
            "tracking_number": data["tracking_number"],
            "quantities": pieces,
            "despite_balance": data.get("despite_balance", False),
        }


class ReasonForm(forms.Form):
    """Why something is done that cannot be taken back."""

    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class ReceivePaymentForm(forms.Form):
    """How much came. `due` is what was due when the page was shown: pressing twice books once."""

    due = forms.DecimalField(widget=forms.HiddenInput, max_digits=14, decimal_places=3)
    amount = forms.DecimalField(
        label="Amount that came",
        min_value=Decimal("0.001"),
        max_digits=14,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        due = round_money(order.amount_due, order.currency)
        kwargs["initial"] = {"due": due, "amount": due}
        super().__init__(*args, **kwargs)
        words = format_money(due, order.currency)
        self.currency = order.currency
        self.fields[
            "amount"
        ].help_text = f"{words} is due. With less the order waits for the rest; what is too much goes back."

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount != round_money(amount, self.currency):
            raise forms.ValidationError("This currency has no smaller coins.")
        return amount

    def answers(self) -> dict[str, Any]:
        """The arguments of `receive_payment`."""
        return {"amount": self.cleaned_data["amount"], "due": self.cleaned_data["due"]}


class CancelForm(ReasonForm):
    reason = forms.CharField(max_length=200, help_text="The shopper reads it in their order's history.")


class RefundForm(ReasonForm):
    reason = forms.CharField(max_length=200, help_text="The customer reads it.")


class BulkShipForm(forms.Form):
    """One parcel for each of several orders, each with a tracking number of its own."""

    carrier = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, orders: Iterable[Order], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = carriers()
        self.orders = list(orders)
        each_its_own = ("", "The carrier of each order's delivery method")
        choices = [each_its_own, *_choices(self.known.values())]
        self.fields["carrier"] = forms.ChoiceField(choices=choices, required=False)
        for order in self.orders:
            self.fields[f"tracking_{order.pk}"] = forms.CharField(
                label=f"Tracking number of {order.number}", max_length=60, required=False
            )

    def rows(self) -> list[tuple[Order, forms.BoundField]]:
        """Each order with its field."""
        return [(order, self[f"tracking_{order.pk}"]) for order in self.orders]

    def answers_for(self, order: Order) -> dict[str, Any]:
        """The arguments of `ship_order` for one of the orders."""
        own = self.known.get(order.shipping_method, order.shipping_name)
        return {
            "carrier": self.cleaned_data["carrier"] or own,
            "tracking_number": self.cleaned_data[f"tracking_{order.pk}"],
        }


class BulkCancelForm(CancelForm):
    """The same reason for several orders."""

    def __init__(self, *args: Any, orders: Iterable[Order], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers_for(self, order: Order) -> dict[str, Any]:
        return self.answers()


class NoteForm(forms.Form):
    """A note that only staff see."""

    note = forms.CharField(max_length=300)
