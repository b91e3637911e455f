"""Forms of the account pages, and the address form that checkout shares."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django_countries import countries

from customers import phones, postal_codes
from customers.models import Address, User
from customers.services.consents import MARKETING_WORDS, record_sign_up
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput
from ecommerce.lib.ratelimit import client_address


class SignupForm(forms.Form):
    """What sign-up asks besides email and password."""

    field_order = ["name", "email", "password1", "marketing"]
    name = forms.CharField(
        max_length=120,
        label="Your name",
        error_messages={"required": "Enter your name"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    marketing = forms.BooleanField(label=MARKETING_WORDS, required=False)

    def signup(self, request: HttpRequest, user: User) -> None:
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        record_sign_up(
            customer=user, marketing=self.cleaned_data["marketing"], address=client_address(request)
        )


class ProfileForm(forms.Form):
    """A customer's own name and phone number."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        error_messages={"required": "Enter your name"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        max_length=32,
        required=False,
        label="Phone number",
        help_text="For questions about your orders. Start with + and the country for numbers abroad.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        value = self.cleaned_data["phone"]
        if not value:
            return ""
        try:
            return phones.normalise_phone(value)
        except BadInput as error:
            raise forms.ValidationError(error.message) from error


class CodeForm(forms.Form):
    """The one-time code in a message."""

    code = forms.CharField(
        max_length=20,
        label="Code",
        help_text="The digits in the newest message.",
        error_messages={"required": "Enter the code from the message"},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def country_choices() -> list[tuple[str, str]]:
    """The countries the shop delivers to, by name."""
    return sorted(
        ((code, countries.name(code)) for code in settings.SHOP_COUNTRIES), key=lambda pair: pair[1]
    )


class AddressForm(forms.Form):
    """A postal address. Checkout and the address book show and check it the same way.

    `section` ("shipping", "billing") goes in front of the autocomplete tokens when a page
    asks for two addresses. `postal()` is the result.
    """

    name = forms.CharField(
        label="Full name",
        min_length=2,
        max_length=120,
        error_messages={
            "required": "Enter the name on the door or letter box",
            "min_length": "Enter a name of at least 2 letters",
        },
    )
    country = forms.ChoiceField(
        label="Country",
        choices=country_choices,
        error_messages={"required": "Choose a country", "invalid_choice": "Choose a country from the list"},
    )
    line1 = forms.CharField(
        label="Street and house number",
        max_length=200,
        error_messages={"required": "Enter a street and house number"},
    )
    postal_code = forms.CharField(
        label="Postal code", max_length=20, error_messages={"required": "Enter a postal code"}
    )
    city = forms.CharField(
        label="Town or city", max_length=100, error_messages={"required": "Enter a town or city"}
    )
    phone = forms.CharField(
        label="Phone number",
        required=False,
        max_length=32,
        help_text="Only for the carrier, if they cannot find you.",
    )
    company = forms.CharField(label="Company", required=False, max_length=120)
    line2 = forms.CharField(label="Flat, floor or building", required=False, max_length=200)
    region = forms.CharField(label="County or region", required=False, max_length=100)

    EXTRA = ("company", "line2", "region")
    TOKENS = {
        "name": "name",
        "country": "country",
        "line1": "address-line1",
        "postal_code": "postal-code",
        "city": "address-level2",
        "phone": "tel",
        "company": "organization",
        "line2": "address-line2",
        "region": "address-level1",
    }

    def __init__(self, *args: Any, section: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].initial = settings.PHONENUMBER_DEFAULT_REGION
        for name, token in self.TOKENS.items():
            self.fields[name].widget.attrs["autocomplete"] = f"{section} {token}".strip()
        self.fields["phone"].widget.attrs |= {"type": "tel", "inputmode": "tel"}
        self.fields["phone"].widget.input_type = "tel"
        self.fields["postal_code"].widget.attrs |= {"spellcheck": "false", "autocapitalize": "characters"}

    @staticmethod
    def initial_of(address: Address | PostalAddress) -> dict[str, str]:
        """The form's initial values for an address that is already known."""
        postal = address.as_postal() if isinstance(address, Address) else address
        return postal.to_dict() | {"phone": phones.international(postal.phone)}

    @property
    def main_fields(self) -> Iterable[BoundField]:
        """What everybody is asked."""
        return [self[name] for name in self.TOKENS if name not in self.EXTRA]

    @property
    def extra_fields(self) -> Iterable[BoundField]:
        """What few need; pages fold it away."""
        return [self[name] for name in self.EXTRA]

    @property
    def extra_in_use(self) -> bool:
        """Whether the folded part must be open: it holds something, or an error."""
        return any(self[name].value() or self[name].errors for name in self.EXTRA)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        country = data.get("country", "")
        if country and data.get("postal_code"):
            self._normalise("postal_code", lambda value: postal_codes.normalise_postal_code(country, value))
        if data.get("phone"):
            self._normalise("phone", lambda value: phones.normalise_phone(value, country=country))
        return data

    def _normalise(self, field: str, normalise: Any) -> None:
        try:
            self.cleaned_data[field] = normalise(self.cleaned_data[field])
        except BadInput as error:
            self.add_error(field, error.message)

    def postal(self) -> PostalAddress:
        """The address that was typed, normalised; only after `is_valid()`."""
        return PostalAddress(**{name: self.cleaned_data[name] for name in self.TOKENS})


class AddressBookForm(AddressForm):
    """An address of the customer's own book, which one of them opens with."""

    is_default = forms.BooleanField(label="Use this address first", required=False)


class EraseForm(forms.Form):
    """One box, so that nobody erases an account by a slip."""

    sure = forms.BooleanField(
        label="Yes, erase my account and my data. I know that this cannot be undone.",
        error_messages={"required": "Tick the box to have everything erased"},
    )
