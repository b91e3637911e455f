"""The VAT number of a business that buys."""

from typing import Any

from django import forms

from orders.vat_numbers import check, normalise


class VatNumberForm(forms.Form):
    """Asked with the delivery address, to whose country the number has to belong.

    `goes_to` is the address form of the same page; a number is checked again whenever the
    address is sent, so it never stays behind in a basket that now goes to another country. While
    country or postal code are missing it cannot be checked, and the address is asked for again.
    """

    vat_number = forms.CharField(
        required=False,
        max_length=32,
        label="VAT number",
        help_text="Companies only. It stands on the invoice; in other countries of the European Union than "
        "ours it takes the VAT off.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )

    def __init__(self, *args: Any, goes_to: forms.Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._goes_to = goes_to

    @property
    def in_use(self) -> bool:
        """Whether its part of the page must be open: it holds something, or an error."""
        return bool(self["vat_number"].value() or self["vat_number"].errors)

    def clean_vat_number(self) -> str:
        number = normalise(self.cleaned_data["vat_number"])
        self._goes_to.is_valid()
        known = self._goes_to.cleaned_data
        if number and "country" in known and "postal_code" in known:
            problem = check(number, known["country"], known["postal_code"])
            if problem:
                raise forms.ValidationError(problem)
        return number
