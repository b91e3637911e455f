"""Checks of fields that Django has none for."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible


@deconstructible
@dataclass(unsafe_hash=True)
class ListOfTexts:
    """A JSON list of at most `items` strings, each of 1 to `length` characters."""

    items: int
    length: int

    def __call__(self, value: Any) -> None:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("Enter a list of texts.", code="invalid")
        if len(value) > self.items:
            raise ValidationError(f"Enter at most {self.items} of them.", code="max_items")
        if any(not 1 <= len(item) <= self.length for item in value):
            raise ValidationError(f"Each has 1 to {self.length} characters.", code="max_length")
