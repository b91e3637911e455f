"""Creating, changing and deleting categories."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from catalog import context_processors
from catalog.models import Category, Product
from catalog.services import tree
from catalog.services.products import stamp_author
from catalog.services.search import index_products
from catalog.services.slugs import unique_slug
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic


class DuplicateName(DomainError):
    """The store (or the shop) has a category with this name."""

    code = "duplicate_name"


class CategoryInUse(DomainError):
    """The category holds products or subcategories; `data` has how many."""

    code = "category_in_use"


@retrying_atomic
def save_category(*, category: Category, fields: Mapping[str, Any], actor: Any = None) -> Category:
    """Create or change a category: `fields` are its model fields, `category` may be new.

    Raises DuplicateName, and BadInput for a category that would be below itself.
    """
    renamed = "name" in fields and not category._state.adding
    for name, value in fields.items():
        setattr(category, name, value)
    if not category.slug:
        category.slug = unique_slug(Category, category.name)
    _check_parent(category)
    _check_name(category)
    stamp_author(category, actor)
    try:
        category.clean_fields(exclude=["created_by", "modified_by"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], field=name) from error
    category.save()
    if renamed:
        index_products(category.products.values_list("pk", flat=True))
    forget_tree()
    return category


@retrying_atomic
def category_named(name: str, *, actor: Any = None) -> Category:
    """The shop's own category with this name, wherever in the tree; made when there is none."""
    named = Category.objects.without_tree_fields().filter(store_key=0, name__iexact=name)
    if found := named.first():
        return found
    try:
        return save_category(category=Category(), fields={"name": name}, actor=actor)
    except (IntegrityError, DuplicateName):  # somebody else made it since it was looked for
        return named.get()


@retrying_atomic
def delete_category(*, category: Category, actor: Any = None) -> None:
    """Take an empty category away. Raises CategoryInUse while anything is in it."""
    held = Product.objects.filter(category=category).count()
    if held:
        words = "1 product is" if held == 1 else f"{held} products are"
        raise CategoryInUse(
            f"{words} in {category.name}. Move or delete them first.", data={"product_count": held}
        )
    below = Category.objects.without_tree_fields().filter(parent=category).count()
    if below:
        words = "1 subcategory is" if below == 1 else f"{below} subcategories are"
        raise CategoryInUse(
            f"{words} below {category.name}. Move or delete them first.", data={"subcategory_count": below}
        )
    stamp_author(category, actor)
    category.save(update_fields=["modified_by"])
    category.delete()
    forget_tree()


def forget_tree() -> None:
    """Make this process read the tree again; other processes do within a minute."""
    cache.delete_many([tree.CACHE_KEY, context_processors.CACHE_KEY])


def _check_parent(category: Category) -> None:
    above = category.parent
    seen: set[int] = set()
    while above is not None and above.pk not in seen:
        if above.pk == category.pk:
            raise BadInput("A category cannot be below itself.", code="cycle", field="parent_category_id")
        seen.add(above.pk)
        above = above.parent


def _check_name(category: Category) -> None:
    same = Category.objects.without_tree_fields().filter(
        store_key=category.store_id or 0, name__iexact=category.name
    )
    if same.exclude(pk=category.pk).exists():
        raise DuplicateName("There is a category with this name already.", field="name")
