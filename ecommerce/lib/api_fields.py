"""Serializer fields that several apps share."""

from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from ecommerce.lib.money import smallest_unit


class MoneyNumber(serializers.DecimalField):
    """An amount in the shop's currency as a JSON number with its decimals: 699.99, 64.00."""

    def __init__(self, **kwargs: Any) -> None:
        decimals = -int(smallest_unit(settings.SHOP_CURRENCY).as_tuple().exponent)
        own = {"max_digits": 11 + decimals, "decimal_places": decimals, "coerce_to_string": False}
        super().__init__(**(own | kwargs))


class LabelField(serializers.Field):
    """A state: goes out as its label ("Shipped"), comes in as label or code in any case."""

    default_error_messages = {"unknown": "There is no such state. Use one of: {labels}."}

    def __init__(self, *, choices: type[TextChoices], **kwargs: Any) -> None:
        self.choices_class = choices
        super().__init__(**kwargs)
        set_override(self, "field", {"type": "string", "enum": list(choices.labels)})

    def to_internal_value(self, data: Any) -> str:
        wanted = str(data).strip().casefold()
        for choice in self.choices_class:
            if wanted in (choice.value.casefold(), str(choice.label).casefold()):
                return choice.value
        self.fail("unknown", labels=", ".join(map(str, self.choices_class.labels)))

    def to_representation(self, value: str) -> str:
        return str(self.choices_class(value).label)
