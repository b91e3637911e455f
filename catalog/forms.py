"""Reading what shoppers ask of a shelf out of the URL."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from catalog.filters import SORT_LABELS, AttributeChoices, ProductFilter

_YES = ("1", "true", "on", "yes")
_NO = ("0", "false", "off", "no")


class YesNoField(forms.Field):
    """True, False, or None when nothing was sent; anything else is an error."""

    def clean(self, value: Any) -> bool | None:
        text = str(value or "").strip().lower()
        if not text:
            return None
        if text in _YES:
            return True
        if text in _NO:
            return False
        raise forms.ValidationError("Choose yes or no for “in stock”.")


class FilterForm(forms.Form):
    """The filters of a shelf. Every field is optional; a wrong one leaves the others in force."""

    min_price = forms.DecimalField(
        label="From", required=False, min_value=0, max_digits=11, decimal_places=3, localize=False
    )
    max_price = forms.DecimalField(
        label="To", required=False, min_value=0, max_digits=11, decimal_places=3, localize=False
    )
    in_stock = YesNoField(label="In stock", required=False)
    rating = forms.DecimalField(label="Rating", required=False, min_value=0, max_value=5)

    def __init__(
        self,
        data: Any,
        *,
        stores: Mapping[str, str],
        attributes: Sequence[AttributeChoices],
        sorts: Mapping[str, str] | None = None,
        attribute_prefix: str = "",
    ) -> None:
        super().__init__(data)
        self.attribute_fields: dict[str, str] = {}
        for price in ("min_price", "max_price"):
            self.fields[price].error_messages |= {
                "invalid": "Enter a price as a number, like 20 or 19.90.",
                "min_value": "Enter a price of 0 or more.",
            }
        wrong_rating = dict.fromkeys(("invalid", "min_value", "max_value"), "Choose a rating from 1 to 5.")
        self.fields["rating"].error_messages |= wrong_rating
        self.fields["store"] = forms.MultipleChoiceField(
            label="Sold by",
            required=False,
            choices=list(stores.items()),
            error_messages={"invalid_choice": "There is no store “%(value)s”."},
        )
        self.fields["sort"] = forms.ChoiceField(
            label="Sort by",
            required=False,
            choices=list((sorts or SORT_LABELS).items()),
            error_messages={"invalid_choice": "Things cannot be sorted by “%(value)s”."},
        )
        for choices in attributes:
            name = f"{attribute_prefix}{choices.code}"
            if name in self.fields:  # the code of a filter of our own
                continue
            self.attribute_fields[name] = choices.code
            self.fields[name] = forms.MultipleChoiceField(
                label=choices.name,
                required=False,
                choices=[(value, value) for value in choices.values],
                error_messages={"invalid_choice": f"There is no {choices.name.lower()} “%(value)s”."},
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lowest, highest = data.get("min_price"), data.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("max_price", "The highest price is lower than the lowest.")
        return data

    def to_filter(self, **scope: Any) -> ProductFilter:
        """The filter of the fields that are right; call after `is_valid()`."""
        data = self.cleaned_data
        chosen = {code: data[name] for name, code in self.attribute_fields.items() if data.get(name)}
        return ProductFilter(
            stores=data.get("store") or (),
            min_price=data.get("min_price"),
            max_price=data.get("max_price"),
            in_stock=data.get("in_stock"),
            rating=data.get("rating"),
            attributes=chosen,
            **scope,
        )
