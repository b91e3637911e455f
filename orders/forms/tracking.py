"""Finding an order, and giving it up."""

from django import forms


class TrackForm(forms.Form):
    """Number and email together; neither opens an order alone."""

    number = forms.CharField(
        max_length=16,
        label="Order number",
        help_text="8 letters and figures, on top of every email about the order.",
        error_messages={"required": "Enter the order number"},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
    )
    email = forms.EmailField(
        max_length=254,
        label="Email address",
        help_text="The one you ordered with.",
        error_messages={
            "required": "Enter the email address you ordered with",
            "invalid": "Enter an email address in the form name@example.com",
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split()).upper()
