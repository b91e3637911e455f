"""What shoppers are asked: to withdraw from a contract, and to pay with a gift card."""

from django import forms

from orders.forms.tracking import TrackForm


class WithdrawForm(TrackForm):
    """Name, contract and address for the receipt: what article 11a (2) lets a shop ask for."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        error_messages={"required": "Enter your name"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    field_order = ("name", "number", "email")


class GiftCardForm(forms.Form):
    """The code of a gift card, as it is printed: dashes, spaces and case do not matter."""

    code = forms.CharField(
        max_length=60,
        label="Gift card code",
        help_text="16 characters, such as 7K2M-9PQR-4TVW-X3YZ",
        error_messages={"required": "Enter the code of a gift card"},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
