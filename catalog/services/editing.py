"""Creating and changing products, for the API and the admin alike.

Both end in `settle_products`, which brings up to date what follows from a product's rows:
names of variants, what listings show, what search reads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from catalog.models import Attribute, AttributeValue, Product, Variant
from catalog.services import inventory, products, search
from catalog.services.slugs import unique_slug
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic


class DuplicateSku(DomainError):
    """Another variant that is not deleted has this SKU; `data` has `sku`."""

    code = "duplicate_sku"

    def __init__(self, sku: str) -> None:
        super().__init__(f"Another product has the SKU {sku}.", field="sku", data={"sku": sku})


@dataclass(frozen=True, kw_only=True)
class VariantData:
    """A variant as a caller describes it; it is known by its SKU.

    None leaves a field as it is (or at its default on a new variant, which needs a price).
    `attributes` maps codes to values: `{"colour": "Raspberry"}`. `stock` is a new count.
    """

    sku: str
    price: Decimal | None = None
    compare_at: Decimal | None = None
    clears_compare_at: bool = False
    weight_grams: int | None = None
    name: str | None = None
    attributes: Mapping[str, str] | None = field(default=None)
    stock: int | None = None


@retrying_atomic
def create_product(
    *, fields: Mapping[str, Any], variants: Sequence[VariantData], actor: Any = None
) -> Product:
    """Create a product (`fields` are its model fields) with at least one variant.

    Its slug is made of its name. Raises BadInput for what can never be right and DuplicateSku.
    """
    if not variants:
        raise BadInput("A product needs at least one variant.", field="variants")
    product = Product(**fields)
    product.slug = unique_slug(Product, product.name)
    _save_product(product, actor)
    _write_variants(product, variants, actor)
    settle_products(product.pk)
    product.refresh_from_db()
    return product


@retrying_atomic
def update_product(
    *,
    product: Product,
    fields: Mapping[str, Any],
    variants: Sequence[VariantData] | None = None,
    replace_variants: bool = False,
    actor: Any = None,
) -> Product:
    """Change fields of a product, and variants by SKU: known ones are changed, others added.

    With `replace_variants` those not listed are deleted. The slug stays, because links do.
    """
    for name, value in fields.items():
        setattr(product, name, value)
    _save_product(product, actor)
    if variants is not None:
        if replace_variants and not variants:
            raise BadInput("A product needs at least one variant.", field="variants")
        kept = _write_variants(product, variants, actor)
        if replace_variants:
            for variant in product.variants.exclude(pk__in=[row.pk for row in kept]):
                variant.delete()
    settle_products(product.pk)
    product.refresh_from_db()
    return product


def settle_products(*product_ids: int) -> None:
    """Bring up to date what follows from the rows of these products, after they were saved."""
    name_variants(product_ids)
    products.refresh_listing(*product_ids)
    search.index_products(product_ids)


def name_variants(product_ids: Iterable[int]) -> None:
    """Name variants that have none after their attribute values: "Raspberry, M"."""
    unnamed = Variant.objects.filter(product__in=list(product_ids), name="").prefetch_related("values")
    named = []
    for variant in unnamed:
        variant.name = ", ".join(value.value for value in variant.values.all())[:120]
        if variant.name:
            named.append(variant)
    Variant.objects.bulk_update(named, ["name"])


def _save_product(product: Product, actor: Any) -> None:
    products.stamp_author(product, actor)
    _clean(product, exclude=["created_by", "modified_by"])
    product.save()


def _write_variants(product: Product, wanted: Sequence[VariantData], actor: Any) -> list[Variant]:
    skus = [data.sku for data in wanted]
    if len(set(skus)) < len(skus):
        raise BadInput("Each SKU may occur once.", field="variants", code="duplicate_sku")
    known = {variant.sku: variant for variant in product.variants.all()}
    taken = Variant.objects.filter(sku__in=skus).exclude(product=product).values_list("sku", flat=True)
    if conflict := taken.first():
        raise DuplicateSku(conflict)
    return [
        _write_variant(
            known.get(data.sku) or Variant(product=product, sku=data.sku, position=index), data, actor
        )
        for index, data in enumerate(wanted, start=0)
    ]


def _write_variant(variant: Variant, data: VariantData, actor: Any) -> Variant:
    changes: dict[str, Any] = {
        "price": data.price,
        "compare_at": data.compare_at,
        "weight_grams": data.weight_grams,
    }
    changes["name"] = data.name
    for name, value in changes.items():
        if value is not None:
            setattr(variant, name, value)
    if data.clears_compare_at:
        variant.compare_at = None
    if variant.price is None:
        raise BadInput("Enter a price.", field="price")
    products.stamp_author(variant, actor)
    _clean(variant, exclude=["created_by", "modified_by", "product"])
    try:
        with transaction.atomic():
            variant.save()
    except IntegrityError as error:  # somebody took the SKU since it was looked for
        raise DuplicateSku(variant.sku) from error
    if data.attributes is not None:
        variant.values.set(_attribute_values(data.attributes))
        if data.name is None:
            Variant.objects.filter(pk=variant.pk).update(name="")
    if data.stock is not None:
        inventory.set_on_hand(variant=variant, on_hand=data.stock, reason="Set with the product", actor=actor)
    return variant


def _attribute_values(attributes: Mapping[str, str]) -> list[AttributeValue]:
    found = []
    for name, value in attributes.items():
        code = slugify(name)[:40]
        if not code or not str(value).strip():
            raise BadInput("An attribute needs a name and a value.", field="attributes")
        new = {"name": name[:60], "position": Attribute.objects.count()}
        attribute, _ = Attribute.objects.get_or_create(code=code, defaults=new)
        text = str(value).strip()[:60]
        value_row = attribute.values.filter(value=text).first() or AttributeValue.objects.create(
            attribute=attribute, value=text, position=attribute.values.count()
        )
        found.append(value_row)
    return found


def _clean(row: Product | Variant, *, exclude: list[str]) -> None:
    """Raise BadInput with the first thing that is wrong with a row, before the database does."""
    try:
        row.clean_fields(exclude=exclude)
        row.validate_constraints(exclude=["sku", "slug"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], field="" if name == "__all__" else name) from error
