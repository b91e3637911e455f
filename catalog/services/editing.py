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
from django.db.models import QuerySet
from django.utils.text import slugify

from catalog.models import Attribute, AttributeValue, Category, Product, Store, Variant
from catalog.services import inventory, products, search
from catalog.services.slugs import save_with_slug
from catalog.services.versions import Check, lock_product, run
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic


class DuplicateSku(DomainError):
    """Another variant that is not deleted has this SKU; `data` has `sku`."""

    code = "duplicate_sku"

    def __init__(self, sku: str) -> None:
        super().__init__(f"Another product has the SKU {sku}.", field="sku", data={"sku": sku})


@dataclass(frozen=True, kw_only=True)
class VariantData:
    """A variant as a caller describes it; it is known by its SKU, or by the one it had (`was`).

    None leaves a field as it is (or at its default on a new variant, which needs a price).
    `attributes` maps codes to values: `{"colour": "Raspberry"}`. `stock` is how many can be sold
    now, as the API tells it: what is promised to others comes on top.
    """

    sku: str
    was: str = ""
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
    _save_product(product, actor, fields)
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
    check: Check | None = None,
) -> Product:
    """Change fields of a product, and variants by SKU: known ones are changed, others added.

    With `replace_variants` those not listed are deleted, but for hidden ones, which no list shows.
    The slug stays, because links do. Raises NotFound when the product was deleted meanwhile.
    """
    lock_product(product)
    run(check)
    for name, value in fields.items():
        setattr(product, name, value)
    _save_product(product, actor, fields)
    if variants is not None:
        if replace_variants and not variants:
            raise BadInput("A product needs at least one variant.", field="variants")
        kept = _write_variants(product, variants, actor)
        if replace_variants:
            for variant in product.variants.live().exclude(pk__in=[row.pk for row in kept]):
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
    unnamed = Variant.objects.filter(product__in=list(product_ids), name="", values__isnull=False)
    named = []
    for variant in unnamed.distinct().prefetch_related("values"):
        variant.name = ", ".join(value.value for value in variant.values.all())[:120]
        if variant.name:
            named.append(variant)
    Variant.objects.bulk_update(named, ["name"])


def _save_product(product: Product, actor: Any, fields: Mapping[str, Any]) -> None:
    if "category" in fields:
        _require_there(Category.objects.without_tree_fields(), product.category_id, "category_id")
    if "store" in fields:
        _require_there(Store.objects.all(), product.store_id, "store_id")
    products.stamp_author(product, actor)
    _clean(product, exclude=["slug", "created_by", "modified_by"])
    save_with_slug(product, product.name)


def _require_there(rows: QuerySet, pk: int, field: str) -> None:
    """Lock the row a product is put under, so that nobody deletes it as empty meanwhile."""
    if not rows.select_for_update().filter(pk=pk).values_list("pk"):
        raise BadInput("It was deleted meanwhile. Choose another one.", field=field)


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
            known.get(data.was or data.sku) or Variant(product=product, sku=data.sku, position=index),
            data,
            actor,
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
    variant.sku = data.sku
    for name, value in changes.items():
        if value is not None:
            setattr(variant, name, value)
    if data.clears_compare_at:
        variant.compare_at = None
    if variant.price is None:
        raise BadInput("Enter a price.", field="price")
    if variant.compare_at is not None and variant.compare_at <= variant.price:
        raise BadInput("The price before the sale must be higher than the price.", field="compare_at")
    products.stamp_author(variant, actor)
    _clean(variant, exclude=["created_by", "modified_by", "product"])
    try:
        with transaction.atomic():
            variant.save()
    except IntegrityError as error:  # somebody took the SKU since it was looked for
        raise DuplicateSku(variant.sku) from error
    if data.attributes is not None:
        variant.values.set(_attribute_values(data.attributes, list(variant.values.all())))
        if data.name is None:
            Variant.objects.filter(pk=variant.pk).update(name="")
    if data.stock is not None:
        inventory.set_free(variant=variant, free=data.stock, reason="Set with the product", actor=actor)
    return variant


def _attribute_values(
    attributes: Mapping[str, str], current: Sequence[AttributeValue]
) -> list[AttributeValue]:
    """The rows of these values. Of one that is there in several shades the variant keeps its own."""
    found = []
    for name, value in attributes.items():
        code = slugify(name)[:40]
        if not code or not str(value).strip():
            raise BadInput("An attribute needs a name and a value.", field="attributes")
        new = {"name": name[:60], "position": Attribute.objects.count()}
        attribute, _ = Attribute.objects.get_or_create(code=code, defaults=new)
        text = str(value).strip()[:60]
        kept = [row for row in current if (row.attribute_id, row.value) == (attribute.pk, text)]
        value_row = next(iter(kept), None) or attribute.values.filter(value=text).first()
        found.append(
            value_row
            or AttributeValue.objects.create(
                attribute=attribute, value=text, position=attribute.values.count()
            )
        )
    return found


def _clean(row: Product | Variant, *, exclude: list[str]) -> None:
    """Raise BadInput with the first thing that is wrong with a row, before the database does."""
    try:
        row.clean_fields(exclude=exclude)
        row.validate_constraints(exclude=["sku", "slug"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], field="" if name == "__all__" else name) from error
