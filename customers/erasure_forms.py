"""What staff are asked before they erase somebody."""

from allauth.account.models import EmailAddress
from django import forms


class ErasureForm(forms.Form):
    """Why, and one box."""

    reason = forms.CharField(
        max_length=300,
        label="Reason",
        help_text="How and when the person asked, such as “by letter of 3 May”. No personal data.",
        error_messages={"required": "Say how the person asked for it"},
    )
    sure = forms.BooleanField(
        label="The person is who they say they are, and wants to be erased for good.",
        error_messages={"required": "Tick the box to go on"},
    )


class GuestErasureForm(ErasureForm):
    """Whose orders without an account, too."""

    field_order = ["email", "reason", "sure"]
    email = forms.EmailField(
        max_length=254,
        label="Email address",
        error_messages={"required": "Enter the email address of the orders"},
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if EmailAddress.objects.filter(email=email, verified=True).exists():
            raise forms.ValidationError("An account has this address. Erase it from the person's own page.")
        return email
