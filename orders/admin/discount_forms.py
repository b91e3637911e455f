"""What the discount pages accept, said beside the field before the database would refuse it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from ecommerce.lib.money import round_money
from orders.models import Discount
from orders.models.discount import normalise_code
from orders.services import discount_codes
from orders.services.discount_preview import Wanted

_KINDS = Discount.Kind
_AMOUNTS = ("amount", "cap", "minimum_spend")


class DiscountForm(forms.ModelForm):
    """A discount whose kind has what it needs."""

    class Meta:
        model = Discount
        fields = [
            "name", "kind", "percent", "cap", "amount", "buy_quantity", "get_quantity",
            "code", "codes_only", "staff_only", "products", "categories", "stores", "minimum_spend",
            "customers", "first_order_only", "active_from", "active_until",
            "max_uses", "max_uses_per_customer", "priority", "exclusive", "stackable",
            "is_suspended", "comments",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _AMOUNTS:
            if self.initial.get(name) is not None:
                self.initial[name] = round_money(Decimal(self.initial[name]))  # as the shop writes money

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].strip()
        key = normalise_code(code)
        if key and Discount.objects.filter(code_key=key).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another discount has this code.")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._require_what_its_kind_needs(data)
        if data.get("staff_only") and not data.get("code") and not data.get("codes_only"):
            self.add_error("staff_only", "A discount for staff only needs a code that they can enter.")
        by_itself = not data.get("code") and not data.get("codes_only")
        if by_itself and self.instance.pk and self.instance.codes.exists():
            self.add_error(
                "codes_only",
                "Codes were generated for it. Without this it would apply by itself, for everybody.",
            )
        begins, ends = data.get("active_from"), data.get("active_until")
        if begins and ends and ends <= begins:
            self.add_error("active_until", "The end must be after the beginning.")
        for name in _AMOUNTS:
            value = data.get(name)
            if value is not None and value != round_money(value):
                self.add_error(name, "This is finer than the smallest coin.")
        return data

    def _require_what_its_kind_needs(self, data: dict[str, Any]) -> None:
        kind = data.get("kind")
        if kind in (_KINDS.PERCENT, _KINDS.BUY_X_GET_Y) and data.get("percent") == 0:
            self.add_error("percent", "Enter how many per cent come off, such as 10.")
        if kind == _KINDS.AMOUNT and data.get("amount") == 0:
            self.add_error("amount", "Enter how much comes off.")
        if kind == _KINDS.BUY_X_GET_Y:
            for name in ("buy_quantity", "get_quantity"):
                if data.get(name) == 0:
                    self.add_error(name, "Enter a number of pieces, such as 1.")

    def wanted(self) -> Wanted:
        """The discount as the form has it, for the preview; the form is valid."""
        data = self.cleaned_data

        def ids(name: str) -> frozenset[int]:
            return frozenset(row.pk for row in data[name])

        return Wanted(
            discount=self.instance,
            product_ids=ids("products"),
            category_ids=ids("categories"),
            store_ids=ids("stores"),
            customer_ids=ids("customers"),
        )


class GenerateForm(forms.Form):
    """How many codes, and what they begin with."""

    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=discount_codes.MOST,
        initial=100,
        widget=UnfoldAdminIntegerFieldWidget,
        error_messages={"required": "Enter how many codes.", "invalid": "Enter a whole number, such as 100."},
    )
    beginning = forms.CharField(
        max_length=12,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Letters A to Z, digits and hyphens, such as FALL-. May be empty.",
    )
    batch = forms.CharField(
        label="Batch",
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text="What the codes are for, such as “Letter in November”. They are downloaded by it.",
        error_messages={"required": "Name the batch, to find its codes again."},
    )
