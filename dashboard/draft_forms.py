"""What staff type to prepare an order."""

from typing import Any

from django import forms

from customers.forms import AddressForm
from ecommerce.lib.errors import DomainError
from ecommerce.lib.money import format_money
from orders.models import Cart
from orders.services.cart import parse_quantity
from orders.services.cart_view import CartView
from payments import gateways


class NewDraftForm(forms.Form):
    """For whom the order is; everything else follows on the draft's own page."""

    email = forms.EmailField(
        max_length=254,
        label="Customer's email address",
        help_text="The payment link goes there. A customer with an account finds the order in it.",
        error_messages={"required": "Enter the customer's email address"},
    )


class DraftForm(forms.Form):
    """The goods, the delivery and the note of a draft; its address is a form of its own."""

    email = forms.EmailField(max_length=254, label="Email address")
    note = forms.CharField(
        max_length=500, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 2})
    )
    sku = forms.CharField(max_length=64, required=False, label="Add a product by its SKU")
    sku_quantity = forms.CharField(max_length=9, required=False, initial="1", label="Pieces to add")
    code = forms.CharField(max_length=60, required=False, label="Add a discount code")
    shipping_method = forms.ChoiceField(required=False, label="Delivery")

    def __init__(self, *args: Any, view: CartView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        methods = [(method.code, f"{method.name}, {format_money(method.price)}") for method in view.methods]
        self.fields["shipping_method"].choices = methods or [("", "None: enter goods and address first")]  # type: ignore[attr-defined]
        for line in view.lines:
            field = forms.CharField(max_length=9, label=f"Pieces of {line.variant.full_name}")
            field.widget.attrs |= {"inputmode": "numeric", "size": 4}
            field.initial = str(line.wanted)
            self.fields[f"quantity_{line.pk}"] = field
        for coupon in view.coupons:
            label = f"Take out the code {coupon.discount.code}"
            self.fields[f"drop_{coupon.pk}"] = forms.BooleanField(required=False, label=label)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for line in self.view.lines:
            self._number(f"quantity_{line.pk}", lowest=0)
        if data.get("sku"):
            self._number("sku_quantity", lowest=1)
        return data

    def _number(self, name: str, *, lowest: int) -> None:
        try:
            self.cleaned_data[name] = parse_quantity(self.cleaned_data.get(name, ""), lowest=lowest)
        except DomainError as error:
            self.add_error(name, error.message)

    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each line of the draft with its field."""
        return [(line, self[f"quantity_{line.pk}"]) for line in self.view.lines]

    @property
    def who_fields(self) -> list[forms.BoundField]:
        return [self["email"]]

    @property
    def how_fields(self) -> list[forms.BoundField]:
        return [self["shipping_method"], self["note"]]

    @property
    def addition_fields(self) -> list[forms.BoundField]:
        return [self["sku"], self["sku_quantity"], self["code"]]

    @property
    def drops(self) -> list[forms.BoundField]:
        return [self[f"drop_{coupon.pk}"] for coupon in self.view.coupons]

    def answers(self) -> dict[str, Any]:
        """The arguments of `save_draft` but the address; only after `is_valid()`."""
        data = self.cleaned_data
        return {
            "email": data["email"],
            "note": data["note"],
            "shipping_method": data["shipping_method"],
            "quantities": {line.pk: data[f"quantity_{line.pk}"] for line in self.view.lines},
            "addition": (data["sku"].strip(), data["sku_quantity"]) if data["sku"] else None,
            "code": data["code"],
            "codes_removed": [row.pk for row in self.view.coupons if data[f"drop_{row.pk}"]],
        }


def address_form(draft: Cart, typed: Any = None) -> AddressForm:
    """The checkout's questions about the address; nothing typed into an empty one is no answer."""
    known = draft.delivery_address
    begun = typed and any(typed.get(f"address-{name}") for name in ("name", "line1", "postal_code", "city"))
    initial = AddressForm.initial_of(known) if known else None
    return AddressForm(typed if begun or known else None, prefix="address", initial=initial)


def ways_to_pay() -> list[tuple[str, str]]:
    """What staff can place a draft with: the customer chooses, or a way without the internet."""
    offline = [(one.code, one.label) for one in gateways.offered() if not one.is_online]
    return [("", "Send a payment link; the customer chooses"), *offline]
