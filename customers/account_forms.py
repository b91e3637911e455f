"""allauth's forms in the shop's words: labels, help and errors that say what to do."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import EmailValidator
from django.http import HttpRequest

from customers.models import User
from customers.services import emails

_PASSWORD_HELP = "At least 8 characters. Three or four words in a row are easy to remember and hard to guess."
EMAIL_WORDS = "Enter an email address like name@example.com"
_EMAIL = EmailValidator(message=EMAIL_WORDS)
_REQUIRED = {
    "login": "Enter your email address",
    "email": "Enter your email address",
    "password": "Enter your password",
    "oldpassword": "Enter your current password",
    "password1": "Enter a password",
    "password2": "Enter the same password again",
    "code": "Enter the code from the message",
}
_LABELS = {
    "login": "Email address",
    "email": "Email address",
    "remember": "Keep me signed in",
    "oldpassword": "Current password",
    "password2": "The same password again",
}


class PlainWords(forms.Form):
    """Replaces placeholders, which vanish while typing, by labels, help and clear errors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            if name in _REQUIRED:
                field.error_messages["required"] = _REQUIRED[name]
            if field.widget.attrs.get("autocomplete") == "one-time-code":
                field.widget.attrs |= {"inputmode": "numeric"}
                field.help_text = "The digits in the newest message."
            if isinstance(field, forms.EmailField):
                field.widget.attrs |= {"spellcheck": "false", "autocapitalize": "none"}
                field.max_length = 254
                # Put in its place, not changed: every email field shares Django's own instance.
                field.validators = [
                    _EMAIL if isinstance(validator, EmailValidator) else validator
                    for validator in field.validators
                ]
            if field.widget.attrs.get("autocomplete") == "new-password":
                field.help_text = _PASSWORD_HELP if name == "password1" else ""
            elif isinstance(field, allauth_forms.PasswordField):
                field.help_text = ""


class LoginForm(PlainWords, allauth_forms.LoginForm):
    pass


class SignupForm(PlainWords, allauth_forms.SignupForm):
    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # A new account's password is hashed; without that, a known address would answer faster.
            User().set_password(self.cleaned_data["password1"])
        return super().try_save(request)


class EmailCodeForm(PlainWords, allauth_forms.ConfirmEmailVerificationCodeForm):
    def clean_code(self) -> str:
        code = allauth_forms.BaseConfirmCodeForm.clean_code(self)
        if self.user is not None:
            # Proven with this code: accounts that only typed the address are not in its way.
            emails.take_off_others(email=self.email, owner=self.user)
        return super().clean_code() if code else code


class AddEmailForm(PlainWords, allauth_forms.AddEmailForm):
    pass


class ChangePasswordForm(PlainWords, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(PlainWords, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(PlainWords, allauth_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainWords, allauth_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(PlainWords, allauth_forms.ReauthenticateForm):
    pass
