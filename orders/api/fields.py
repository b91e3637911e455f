"""Fields of carts and orders on the wire, and addresses in their two forms."""

from typing import Any

from drf_spectacular.drainage import has_override, set_override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import StoreSettings
from customers.forms import AddressForm
from ecommerce.lib.addresses import PostalAddress
from ecommerce.lib.errors import BadInput
from orders.models.cart import MAX_QUANTITY
from orders.services.cart import parse_quantity

_LONGEST_TEXT = 200


class QuantityField(serializers.Field):
    """How many, as a JSON integer or its digits; 1.5, true and 1e9 are refused."""

    def __init__(self, *, lowest: int = 1, **kwargs: Any) -> None:
        self.lowest = lowest
        super().__init__(**kwargs)
        if not has_override(self, "field"):
            set_override(self, "field", {"type": "integer", "minimum": lowest, "maximum": MAX_QUANTITY})

    def to_internal_value(self, data: Any) -> int:
        text = str(data) if isinstance(data, (int, str)) and not isinstance(data, bool) else ""
        try:
            return parse_quantity(text, lowest=self.lowest)
        except BadInput as error:
            raise serializers.ValidationError(error.message, code=error.code) from error

    def to_representation(self, value: int) -> int:
        return value


class AddressSerializer(serializers.Serializer):
    """A postal address. `country` is an ISO 3166-1 code such as DE."""

    name = serializers.CharField(max_length=120, required=False, help_text="Who receives it.")
    line1 = serializers.CharField(max_length=200)
    line2 = serializers.CharField(max_length=200, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20)
    city = serializers.CharField(max_length=100)
    region = serializers.CharField(max_length=100, required=False, allow_blank=True)
    country = serializers.CharField(max_length=2)
    company = serializers.CharField(max_length=120, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)


_FIELDS: Any = AddressSerializer().fields
_PARTS = {
    name: {"type": "string", "minLength": 0 if field.allow_blank else 1, "maxLength": field.max_length}
    for name, field in _FIELDS.items()
}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "minLength": 1, "maxLength": _LONGEST_TEXT, "examples": ["123 Elm St"]},
            {
                "type": "object",
                "properties": _PARTS,
                "required": [name for name, field in _FIELDS.items() if field.required],
            },
        ]
    }
)
class AddressField(serializers.Field):
    """An address as one line of text (then in the shop's own country), or in its parts."""

    default_error_messages = {
        "kind": "Send the address as text or as an object.",
        "blank": "Say where it should be delivered.",
        "long": "Send at most {most} characters, or an object.",
    }

    def to_internal_value(self, data: Any) -> str | dict[str, str]:
        if isinstance(data, dict):
            parts = AddressSerializer(data=data)
            parts.is_valid(raise_exception=True)
            return parts.validated_data
        if not isinstance(data, str):
            self.fail("kind")
        text = serializers.CharField(allow_blank=True).run_validation(" ".join(data.split()))
        if not text:
            self.fail("blank")
        if len(text) > _LONGEST_TEXT:
            self.fail("long", most=_LONGEST_TEXT)
        return text


class AddressTextField(serializers.Field):
    """An address as it goes out: one line of text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        set_override(self, "field", {"type": "string"})

    def to_representation(self, value: PostalAddress) -> str:
        return address_text(value)


def postal_of(given: str | dict[str, str], *, name: str, field: str) -> PostalAddress:
    """The address that was sent; `name` is the recipient when it names none.

    Raises ValidationError for what the checkout's own address form refuses.
    """
    if isinstance(given, str):
        country = str(StoreSettings.current().country)
        return PostalAddress(name=name, line1=given, postal_code="", city="", country=country)
    form = AddressForm({"name": name} | given | {"country": given["country"].upper()})
    if not form.is_valid():
        raise serializers.ValidationError(
            {field: {key: [str(word) for word in words] for key, words in form.errors.items()}}
        )
    return form.postal()


def address_text(address: PostalAddress) -> str:
    """The address in one line without the recipient: just the text, when it came as text."""
    if not address.postal_code and not address.city:
        return address.line1
    return ", ".join(line for line in address.lines if line != address.name)
