"""The form that asks where a code is to go."""

from typing import Any

from django import forms
from django.core.validators import EmailValidator

_EMAIL = EmailValidator(message="Enter an email address like name@example.com")


class EmailForm(forms.Form):
    """An email address."""

    email = forms.EmailField(
        max_length=254,
        label="Email address",
        error_messages={
            "required": "Enter your email address",
            "max_length": "Enter an email address of at most 254 characters",
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.validators = [
            _EMAIL if isinstance(validator, EmailValidator) else validator for validator in field.validators
        ]

    def clean_email(self) -> str:
        """Addresses differ in case only by how they were typed."""
        return str(self.cleaned_data["email"]).lower()
