"""The checkout's questions."""

from typing import Any

from django import forms

from ecommerce.lib.money import format_money
from orders.shipping import Offer


class ContactForm(forms.Form):
    """Where the confirmation goes."""

    email = forms.EmailField(
        max_length=254,
        label="Email address",
        help_text="For your order confirmation and the tracking link. Nothing else.",
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address in the form name@example.com",
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )


class BillingChoiceForm(forms.Form):
    """Whether the invoice goes elsewhere."""

    billing_differs = forms.BooleanField(required=False, label="The invoice goes to another address")


class DeliveryForm(forms.Form):
    """How the parcel travels; the choices are what is offered for the address and the goods."""

    shipping_method = forms.ChoiceField(
        label="Delivery",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how we should deliver",
            "invalid_choice": "This way of delivery is not offered any more. Choose another",
        },
    )
    note = forms.CharField(
        required=False,
        max_length=500,
        label="A note for us or the courier",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, methods: list[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shipping_method"].choices = [  # type: ignore[attr-defined]
            (method.code, f"{method.name}, {format_money(method.price)}") for method in methods
        ]


class PayForm(forms.Form):
    """The last step: how to pay, and the total that the shopper saw.

    The total is only ever compared with the shop's own; it decides nothing.
    """

    payment_method = forms.ChoiceField(
        label="Payment",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how you would like to pay",
            "invalid_choice": "Choose one of the ways to pay shown here",
        },
    )
    confirmed_total = forms.DecimalField(
        widget=forms.HiddenInput,
        max_digits=14,
        decimal_places=3,
        error_messages={
            "required": "Please check the total again",
            "invalid": "Please check the total again",
        },
    )

    def __init__(self, *args: Any, methods: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].choices = methods  # type: ignore[attr-defined]
