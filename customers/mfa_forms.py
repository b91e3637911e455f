"""allauth's forms of the second step, in the shop's words."""

from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

_NOT_USED = "This passkey does not fit, or took too long. Try again, or choose another way."


class CodeInWords(forms.Form):
    """One code: labelled, without a placeholder, and typed with digits on a phone."""

    label = "Code"
    help_text = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label, code.help_text = self.label, self.help_text
        code.error_messages["required"] = "Enter the code"
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"inputmode": "numeric", "autocapitalize": "none", "spellcheck": "false"}


class AuthenticateForm(CodeInWords, base_forms.AuthenticateForm):
    help_text = "From your authenticator app, or one of your recovery codes."


class ReauthenticateForm(CodeInWords, base_forms.ReauthenticateForm):
    help_text = AuthenticateForm.help_text


class ActivateTOTPForm(CodeInWords, totp_forms.ActivateTOTPForm):
    label = "Code that the app shows"
    help_text = "Six digits. They change every half minute."


class PasskeyInWords(forms.Form):
    """What a browser sends of a passkey; whatever is wrong with it, the words are the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages |= {"required": _NOT_USED, "invalid": _NOT_USED}

    def add_error(self, field: str | None, error: Any) -> None:
        if getattr(error, "code", "") == "incorrect_code":
            error = ValidationError(_NOT_USED, code="incorrect_code")
        super().add_error(field, error)


class LoginPasskeyForm(PasskeyInWords, webauthn_forms.LoginWebAuthnForm):
    pass


class AuthenticatePasskeyForm(PasskeyInWords, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(PasskeyInWords, webauthn_forms.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(PasskeyInWords, webauthn_forms.AddWebAuthnForm):
    """A passkey signs in by itself, unless one wants it as a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_a_passkey(self.fields["name"])
        self.fields["name"].help_text = "So that you can tell your passkeys apart, such as “My phone”."
        alone = self.fields["passwordless"]
        alone.label, alone.help_text = "Sign in with it alone, without a password", ""
        alone.initial = True


class RenamePasskeyForm(webauthn_forms.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_a_passkey(self.fields["name"])


def _name_of_a_passkey(field: forms.Field) -> None:
    field.label = "Name of the passkey"
    field.required = True
    field.error_messages["required"] = "Enter a name"
    field.validators.append(MaxLengthValidator(60, "Enter a name of at most 60 characters"))
    field.widget.attrs |= {"maxlength": 60}
