"""What is asked of somebody who withdraws from a contract."""

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
