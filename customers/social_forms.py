"""Forms around Facebook and Google."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount import forms as allauth_forms
from django import forms

from customers.code_forms import email_field
from customers.models import User


class AddressForm(forms.Form):
    """The address that a code is sent to before an account is opened or made."""

    email = email_field(required=True, help_text="We send a code to it, so that nobody else can use it.")


class DisconnectForm(allauth_forms.DisconnectForm):
    """Take one off, unless nothing else would open the account."""

    def clean(self) -> dict[str, Any]:
        data = forms.Form.clean(self) or self.cleaned_data
        account = data.get("account")
        if account and not (
            self.accounts.exclude(pk=account.pk).exists() or has_another_way(self.request.user)
        ):
            raise forms.ValidationError(
                "This is your only way in. Choose a password or confirm a mobile number first."
            )
        return data


def has_another_way(user: User) -> bool:
    """Whether `user` can sign in by password, by mobile or with a passkey."""
    by_password = user.has_usable_password() and bool(user.email)
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return by_password or user.phone_is_confirmed or passkeys.exists()
