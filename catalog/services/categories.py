"""Creating, changing and deleting categories."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Max

from catalog import context_processors
from catalog.models import Category, Product
from catalog.services import tree
from catalog.services.products import stamp_author
from catalog.services.search import index_products
from catalog.services.slugs import save_with_slug
from catalog.services.versions import Check, lock_row, run
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic

_TAKEN = "There is a category with this name already."


class DuplicateName(DomainError):
    """The store (or the shop) has a category with this name."""

    code = "duplicate_name"


class CategoryInUse(DomainError):
    """The category holds products or subcategories; `data` has how many."""

    code = "category_in_use"


@retrying_atomic
def save_category(
    *, category: Category, fields: Mapping[str, Any], actor: Any = None, check: Check | None = None
) -> Category:
    """Create or change a category: `fields` are its model fields, `category` may be new, and then comes
    after its siblings unless a `position` is given.

    Raises DuplicateName, BadInput for a category that would be below itself, and NotFound when it
    was deleted meanwhile.
    """
    renamed = "name" in fields and not category._state.adding
    _lock(category)
    run(check)
    if category._state.adding and "position" not in fields:
        category.position = _after(fields.get("parent"))
    for name, value in fields.items():
        setattr(category, name, value)
    _check_parent(category)
    _check_name(category)
    stamp_author(category, actor)
    try:
        category.clean_fields(exclude=["slug", "created_by", "modified_by"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], field=name) from error
    try:
        save_with_slug(category, category.name)
    except IntegrityError as error:  # somebody took the name since it was looked for
        raise DuplicateName(_TAKEN, field="name") from error
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
def delete_category(*, category: Category, actor: Any = None, check: Check | None = None) -> None:
    """Take an empty category away. Raises CategoryInUse while anything is in it."""
    _lock(category)
    run(check)
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


def _lock(category: Category) -> None:
    """Lock the whole tree, which is small and rarely written: two moves never make a circle."""
    rows = Category.objects.without_tree_fields()
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    if not category._state.adding:
        lock_row(category, rows)


def _after(parent: Category | None) -> int:
    """The position behind everything below `parent`, at the top without one."""
    siblings = Category.objects.without_tree_fields().filter(parent=parent)
    last = siblings.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _check_parent(category: Category) -> None:
    """Walk up the tree as it is under the lock, which may not be what the caller has read."""
    parents = dict(Category.objects.without_tree_fields().order_by().values_list("pk", "parent_id"))
    above = category.parent_id
    if above is not None and above not in parents:
        raise BadInput("There is no such category any more.", field="parent_category_id")
    seen: set[int] = set()
    while above is not None and above not in seen:
        if above == category.pk:
            raise BadInput("A category cannot be below itself.", code="cycle", field="parent_category_id")
        seen.add(above)
        above = parents.get(above)


def _check_name(category: Category) -> None:
    same = Category.objects.without_tree_fields().filter(
        store_key=category.store_id or 0, name__iexact=category.name
    )
    if same.exclude(pk=category.pk).exists():
        raise DuplicateName(_TAKEN, field="name")
