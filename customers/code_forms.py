"""Forms around one-time codes: which number or address, and what a newcomer is asked."""

from django import forms

from customers import phones
from customers.account_forms import EMAIL_WORDS
from ecommerce.lib.errors import BadInput


class MobileForm(forms.Form):
    """The number that a code is texted to; `cleaned_data["phone"]` is E.164."""

    phone = forms.CharField(
        max_length=32,
        label="Mobile number",
        help_text="We text you a code. Start with + and the country for numbers abroad.",
        error_messages={"required": "Enter your mobile number"},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise_mobile(self.cleaned_data["phone"])
        except BadInput as error:
            raise forms.ValidationError(error.message) from error


def email_field(*, required: bool, help_text: str) -> forms.EmailField:
    """An email address as every form of the shop asks for it."""
    return forms.EmailField(
        max_length=254,
        required=required,
        label="Email address",
        error_messages={"required": "Enter your email address", "invalid": EMAIL_WORDS},
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
        ),
        help_text=help_text,
    )


class WelcomeForm(forms.Form):
    """What somebody new by mobile may tell the shop."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        error_messages={"required": "Enter your name, or skip this page"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = email_field(
        required=False,
        help_text="For confirmations of your orders. We send a code to it, so that nobody else can use it.",
    )


class EmailForm(forms.Form):
    """The email address that a code is sent to."""

    email = email_field(required=True, help_text="")

    def clean_email(self) -> str:
        """Addresses differ in case only by how they were typed."""
        return str(self.cleaned_data["email"]).lower()
