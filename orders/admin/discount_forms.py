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
from orders.services.discounts import AMOUNTS, wrong_terms


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
        for name in AMOUNTS:
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
        for name, words in wrong_terms(data).items():
            self.add_error(name, words)
        by_itself = not data.get("code") and not data.get("codes_only")
        if by_itself and self.instance.pk and self.instance.codes.exists():
            self.add_error(
                "codes_only",
                "Codes were generated for it. Without this it would apply by itself, for everybody.",
            )
        return data

    def wanted(self) -> Wanted:
        """The discount as the form has it, for the preview; the form is valid."""
        data = self.cleaned_data

        def ids(name: str) -> frozenset[int]:
            if name not in self.fields:  # hidden from this person, so it is as it was saved
                rows = getattr(self.instance, name).all() if self.instance.pk else ()
            else:
                rows = data[name]
            return frozenset(row.pk for row in rows)

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
