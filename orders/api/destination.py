"""Where a program asks a cart to be priced for."""

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.serializers import ValidationError

from orders.forms.destination import DestinationForm

DESTINATION = [
    OpenApiParameter("country", str, description="ISO code: price delivery to this country."),
    OpenApiParameter("postal_code", str, description="A postal code in that country."),
]


def destination_asked(request: Request) -> dict[str, str]:
    """The `country` and `postal_code` of the query, empty without a country.

    Raises ValidationError for a country the shop does not deliver to and for a wrong code.
    """
    asked = {name: request.query_params.get(name, "") for name in ("country", "postal_code")}
    if not any(asked.values()):
        return {}
    form = DestinationForm(asked | {"country": asked["country"].upper()})
    if not form.is_valid():
        raise ValidationError({name: [str(word) for word in words] for name, words in form.errors.items()})
    return form.cleaned_data
