"""What staff type about gift cards and store credit."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from customers.models import User
from ecommerce.lib.money import smallest_unit
from orders.services.drafts import account_of
from payments.services.gift_cards import LARGEST


class AmountField(forms.DecimalField):
    def __init__(self, **kwargs: Any) -> None:
        own: dict[str, Any] = {
            "label": "Amount",
            "max_digits": 10,
            "decimal_places": -int(smallest_unit(settings.SHOP_CURRENCY).as_tuple().exponent),
            "max_value": LARGEST,
            "min_value": smallest_unit(settings.SHOP_CURRENCY),
            "error_messages": {"required": "Enter an amount, such as 25.00."},
        }
        super().__init__(**(own | kwargs))


class OnceForm(forms.Form):
    """Sent twice, it does its work once: each page that shows it has a key of its own."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    @property
    def shown(self) -> list[forms.BoundField]:
        return self.visible_fields()


class IssueForm(OnceForm):
    """A new gift card, and who gets the email with its code."""

    amount = AmountField()
    recipient_email = forms.EmailField(
        max_length=254,
        required=False,
        label="Recipient's email address",
        help_text="The code is sent there. Empty: you hand it over yourself.",
    )
    recipient_name = forms.CharField(max_length=120, required=False, label="Recipient's name")
    message = forms.CharField(
        max_length=500,
        required=False,
        label="A few words in the email",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    expires_on = forms.DateField(
        required=False,
        label="Last day it can be used",
        help_text="Empty: it never ends.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        max_length=200,
        label="Why it is issued",
        help_text="Sold over the counter, a prize, an apology. Only staff see it.",
        error_messages={"required": "Say why it is issued."},
    )

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError("This day is over. Enter a later one.")
        return day


class CreditForm(OnceForm):
    """Store credit for a customer, who is named by a confirmed email address."""

    email = forms.EmailField(
        max_length=254,
        label="Customer's email address",
        error_messages={"required": "Enter the customer's email address."},
    )
    amount = AmountField()
    reason = forms.CharField(
        max_length=200,
        label="Reason",
        help_text="The customer reads it in their account.",
        error_messages={"required": "Say why."},
    )

    def clean_email(self) -> User:
        customer = account_of(self.cleaned_data["email"])
        if customer is None:
            raise forms.ValidationError("No customer has confirmed this address. Issue a gift card instead.")
        return customer


class AdjustForm(OnceForm):
    """More or less on a card, always with a reason."""

    amount = AmountField(label="Change", min_value=-LARGEST, help_text="With a minus it is taken off.")
    reason = forms.CharField(
        max_length=200,
        label="Reason",
        help_text="Kept with the change. Customers read that of their store credit.",
        error_messages={"required": "Say why."},
    )

    def clean_amount(self) -> Decimal:
        if not self.cleaned_data["amount"]:
            raise forms.ValidationError("Enter how much to put on, or with a minus to take off.")
        return self.cleaned_data["amount"]


class BlockForm(forms.Form):
    """Why a card is blocked, or free again."""

    reason = forms.CharField(
        max_length=200,
        label="Reason",
        help_text="Kept with the card; only staff see it.",
        error_messages={"required": "Say why."},
    )

    @property
    def shown(self) -> list[forms.BoundField]:
        return self.visible_fields()
