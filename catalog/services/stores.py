"""Creating, changing and deleting stores, for the API and the admin alike."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from eu_vat_rates_data import is_eu_member

from catalog.models import Category, Product, Store, StoreSettings
from catalog.services.products import stamp_author
from catalog.services.search import index_products
from catalog.services.slugs import save_with_slug
from catalog.services.versions import Check, lock_row, run
from ecommerce.lib import vat_numbers
from ecommerce.lib.errors import BadInput, DomainError
from ecommerce.lib.transactions import retrying_atomic


class StoreInUse(DomainError):
    """The store sells products or has categories; `data` has how many."""

    code = "store_in_use"


class IssuesInvoices(DomainError):
    """The store is the one that issues the shop's invoices."""

    code = "issues_invoices"


@retrying_atomic
def save_store(
    *, store: Store, fields: Mapping[str, Any], actor: Any = None, check: Check | None = None
) -> Store:
    """Create or change a store: `fields` are its model fields, `store` may be new.

    The address in links is made of the first name and stays. Raises BadInput for what can never
    be right, and NotFound when the store was deleted meanwhile.
    """
    is_new = store._state.adding
    if not is_new:
        lock_row(store, Store.objects.all())
    run(check)
    before = (store.name, store.vat_number, str(store.country))
    for name, value in fields.items():
        setattr(store, name, value)
    if is_new or before[1:] != (store.vat_number, str(store.country)):
        store.vat_number = clean_vat_number(store.vat_number, str(store.country))
    stamp_author(store, actor)
    _clean(store)
    save_with_slug(store, store.name)
    if not is_new and store.name != before[0]:
        index_products(store.products.values_list("pk", flat=True))
    # The merchant's choices are cached with the seller inside.
    transaction.on_commit(lambda: cache.delete(StoreSettings.CACHE_KEY))
    return store


@retrying_atomic
def delete_store(*, store: Store, actor: Any = None, check: Check | None = None) -> None:
    """Take a store away that sells nothing; its row stays for orders and papers that name it.

    Raises StoreInUse while it has products or categories, and IssuesInvoices.
    """
    lock_row(store, Store.objects.all())
    run(check)
    if StoreSettings.objects.filter(seller=store).exists():
        raise IssuesInvoices(f"{store.name} issues the shop's invoices. Choose another seller first.")
    _require_empty(store)
    stamp_author(store, actor)
    store.save(update_fields=["modified_by"])
    store.delete()


def clean_vat_number(number: str, country: str) -> str:
    """The number as it is kept. Raises BadInput for one of the European Union that cannot be right.

    A seller may be registered in another member state than its own. Outside the Union a number is
    kept as it was typed.
    """
    if not is_eu_member(country):
        return number.strip()
    kept = vat_numbers.normalise(number)
    if number.strip() and not vat_numbers.is_complete(kept):
        raise BadInput(
            "This is not a complete VAT number. It begins with the letters of its country, such as DE.",
            field="vat_number",
        )
    return kept


def _require_empty(store: Store) -> None:
    sold = Product.objects.filter(store=store).count()
    if sold:
        words = "1 product" if sold == 1 else f"{sold} products"
        raise StoreInUse(
            f"{store.name} sells {words}. Move or delete them first.", data={"product_count": sold}
        )
    shelves = Category.objects.without_tree_fields().filter(store=store).count()
    if shelves:
        words = "1 category" if shelves == 1 else f"{shelves} categories"
        raise StoreInUse(
            f"{store.name} has {words}. Move or delete them first.", data={"category_count": shelves}
        )


def _clean(store: Store) -> None:
    try:
        store.clean_fields(exclude=["slug", "created_by", "modified_by"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise BadInput(messages[0], field=name) from error
