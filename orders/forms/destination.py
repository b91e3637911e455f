"""Where a basket would go, asked before the checkout asks for the whole address."""

from typing import Any

from django import forms

from customers.forms import country_choices
from customers.postal_codes import normalise_postal_code
from ecommerce.lib.errors import BadInput


class DestinationForm(forms.Form):
    """A country, and the postal code where that makes a difference."""

    country = forms.ChoiceField(
        label="Country",
        choices=country_choices,
        error_messages={"required": "Choose a country", "invalid_choice": "Choose a country from the list"},
        widget=forms.Select(attrs={"autocomplete": "shipping country"}),
    )
    postal_code = forms.CharField(
        label="Postal code",
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "shipping postal-code",
                "spellcheck": "false",
                "autocapitalize": "characters",
            }
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("country") and data.get("postal_code"):
            try:
                data["postal_code"] = normalise_postal_code(data["country"], data["postal_code"])
            except BadInput as error:
                self.add_error("postal_code", error.message)
        return data
