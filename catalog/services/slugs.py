"""Addresses made of names."""

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.text import slugify

from ecommerce.lib.models import LifecycleQuerySet

# So many others may take the address between looking and saving.
_TRIES = 5


def unique_slug(model: type[Model], name: str, *, exclude: int | None = None) -> str:
    """A slug for `name` that no row of `model` has, but for the row `exclude`.

    "Field backpack" becomes `field-backpack`, the next one `field-backpack-2`. Names without a
    letter that fits into an address become the model's name and a number.
    """
    rows: LifecycleQuerySet = model._default_manager.all()  # type: ignore[assignment]
    length = getattr(model._meta.get_field("slug"), "max_length", None) or 50
    base = slugify(name)[: length - 8].strip("-") or model._meta.model_name or "item"
    taken = set(rows.filter(slug__startswith=base).exclude(pk=exclude).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def save_with_slug(row: Model, name: str) -> None:
    """Save a row; one without an address gets that of its `name`, or the next one when others are faster.

    Raises IntegrityError when something else than the address is taken.
    """
    fresh = not row.slug  # type: ignore[attr-defined]
    for attempt in range(1, _TRIES + 1):
        if fresh:
            row.slug = unique_slug(type(row), name)  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                row.save()
            return
        except IntegrityError:
            if not fresh or attempt == _TRIES or not _is_taken(row):
                raise


def _is_taken(row: Model) -> bool:
    return type(row)._default_manager.filter(slug=row.slug).exists()  # type: ignore[attr-defined]
