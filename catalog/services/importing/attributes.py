"""Values of attributes written for many variants at once, and the names made of them."""

from collections.abc import Sequence

from catalog.models import Attribute, AttributeValue, ProductImportRow, Variant
from catalog.services.importing.columns import ATTRIBUTE, attribute_code
from catalog.services.importing.state import SEVERAL, variants_now

_BATCH = 500


def write(rows: Sequence[ProductImportRow], *, side: int) -> None:
    """Give the variants of these rows the values on this side of their plan.

    A variant whose name was made of its values is named anew when its product is settled.
    """
    wanted = {
        (row.variant_id, attribute_code(name)): pair[side]
        for row in rows
        for name, pair in row.changes.items()
        if name.startswith(ATTRIBUTE)
    }
    if not wanted:
        return
    _forget_made_names([row.variant_id for row in rows if row.variant_id])
    attributes = {row.code: row for row in Attribute.objects.filter(code__in={code for _, code in wanted})}
    values = _values({(code, text) for (_, code), text in wanted.items() if text}, attributes)
    through = Variant.values.through
    for code, attribute in attributes.items():
        variants = [variant for variant, other in wanted if other == code]
        through.objects.filter(variant__in=variants, attributevalue__attribute=attribute).delete()
    links = [
        through(variant_id=variant, attributevalue_id=pk)
        for (variant, code), text in wanted.items()
        if text
        for pk in values[code, text]
    ]
    through.objects.bulk_create(links, batch_size=_BATCH)


def _values(
    wanted: set[tuple[str, str]], attributes: dict[str, Attribute]
) -> dict[tuple[str, str], list[int]]:
    """The rows of these texts, made where they are missing. Several at once were several before."""
    parts = {pair: [(pair[0], part) for part in pair[1].split(SEVERAL)] for pair in wanted}
    single = wanted.union(*parts.values())
    found = _known(single, attributes)
    missing = [pair for pair in sorted(wanted) if pair not in found and not found.keys() >= set(parts[pair])]
    position = AttributeValue.objects.filter(attribute__in=attributes.values()).count()
    AttributeValue.objects.bulk_create(
        [
            AttributeValue(attribute=attributes[code], value=text, position=position + index)
            for index, (code, text) in enumerate(missing)
        ],
        ignore_conflicts=True,
    )
    found = _known(single, attributes)
    # Databases that take "red" for "Red" keep but one of them.
    alike = {(code, text.casefold()): pk for (code, text), pk in found.items()}
    return {
        pair: [found[pair]]
        if pair in found
        else [found.get(part) or alike[part[0], part[1].casefold()] for part in parts[pair]]
        for pair in wanted
    }


def _known(pairs: set[tuple[str, str]], attributes: dict[str, Attribute]) -> dict[tuple[str, str], int]:
    rows = AttributeValue.objects.filter(
        attribute__in=attributes.values(), value__in={text for _, text in pairs}
    )
    codes = {attribute.pk: code for code, attribute in attributes.items()}
    # Of one that is there in several shades, the first.
    known = rows.order_by("-pk").values_list("pk", "attribute_id", "value")
    return {(codes[attribute], value): pk for pk, attribute, value in known}


def _forget_made_names(variant_ids: list[int]) -> None:
    made = [
        row.pk
        for row in variants_now(ids=variant_ids)
        if row.name and row.name == ", ".join(row.value_names)[:120]
    ]
    Variant.objects.filter(pk__in=made).update(name="")
