"""What the product form accepts, said beside the field before the database would refuse it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminImageSmallFieldWidget

from catalog.admin.base import PRIVATE_FIELDS
from catalog.models import Product, ProductImage, Variant
from catalog.services import images
from ecommerce.lib.errors import DomainError
from ecommerce.lib.files import require_reachable


class ProductForm(forms.ModelForm):
    class Meta:
        model = Product
        fields = [
            "name", "status", "category", "store", "summary", "description", "details", "tax_class", "rank",
            *PRIVATE_FIELDS,
        ]  # fmt: skip

    def clean_details(self) -> list[list[str]]:
        details = self.cleaned_data["details"] or []
        pairs = isinstance(details, list) and all(
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)
            for pair in details
        )
        if not pairs:
            raise ValidationError('Write pairs of texts: [["Material", "Oak"], ["Height", "40 cm"]].')
        return details


class VariantForm(forms.ModelForm):
    class Meta:
        model = Variant
        fields = [
            "sku", "name", "price", "compare_at", "weight_grams", "values", "image",
            "backorder_limit", "backorder_days", "position",
        ]  # fmt: skip

    def clean_sku(self) -> str:
        sku = self.cleaned_data["sku"].strip()
        if Variant.objects.filter(sku=sku).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another variant has this SKU.")
        return sku


class VariantFormSet(forms.BaseInlineFormSet):
    """A product keeps at least one variant, and no SKU occurs twice in what is sent."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms and form.has_changed()]
        kept += [form for form in self.initial_forms if form not in self.deleted_forms and form not in kept]
        if not kept:
            raise ValidationError("A product needs at least one variant.")
        seen: set[str] = set()
        for form in kept:
            sku = form.cleaned_data.get("sku") if hasattr(form, "cleaned_data") else None
            if sku and sku in seen:
                form.add_error("sku", "Another variant has this SKU.")
            seen.add(sku or "")


class ImageForm(forms.ModelForm):
    # Not an ImageField: the service says better what is wrong with a file.
    original = forms.FileField(label="Picture", required=False, widget=UnfoldAdminImageSmallFieldWidget)

    class Meta:
        model = ProductImage
        fields = ["original", "alt", "position"]

    def clean_original(self) -> Any:
        given = self.cleaned_data["original"]
        if not isinstance(given, UploadedFile):
            if not given and not self.instance.stem:
                raise ValidationError("Choose a picture.")
            return given or self.instance.original
        try:
            require_reachable("default")
            return images.clean_upload(given)
        except DomainError as error:
            raise ValidationError(error.message) from error
