"""The checkout's questions."""

from typing import Any

from django import forms

from ecommerce.lib.money import format_money
from orders.agreement import Agreement, read_agreement
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
    """The last step: how to pay, and all that the shopper saw, as the shop signed it.

    What was seen is only ever compared with how things stand; it decides nothing.
    """

    payment_method = forms.ChoiceField(
        label="Payment",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose how you would like to pay",
            "invalid_choice": "Choose one of the ways to pay shown here",
        },
    )
    agreed = forms.CharField(
        widget=forms.HiddenInput,
        required=False,
    )

    def __init__(self, *args: Any, methods: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payment_method"].choices = methods  # type: ignore[attr-defined]

    def clean_agreed(self) -> Agreement:
        """Raises ValidationError for what the shop did not sign."""
        agreed = read_agreement(self.cleaned_data["agreed"])
        if agreed is None:
            raise forms.ValidationError("Please check everything once more, then pay")
        return agreed
