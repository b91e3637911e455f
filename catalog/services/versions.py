"""Rows as they are now, locked, for writers who must not overwrite what they have not seen.

Sales lock stock before they update products, so products are locked in the same order: their
stock rows, their variants, themselves. A service that takes a `check` calls it with these locks
held and before it changes anything; what the check raises leaves everything as it was.
"""

from collections.abc import Callable

from django.db.models import Model, QuerySet

from catalog.models import Product
from catalog.services import stock_rows
from ecommerce.lib.errors import NotFound

Check = Callable[[], None]


def lock_product(product: Product) -> None:
    """Lock a product with its stock and read it again. Raises NotFound when it was deleted."""
    variants = product.variants.order_by("pk").values_list("pk", flat=True)
    stock_rows.lock_items(variants)
    list(variants.select_for_update())
    lock_row(product, Product.objects.all())


def lock_row(row: Model, rows: QuerySet) -> None:
    """Lock a row and read it again from `rows`. Raises NotFound when it is not there any more."""
    try:
        row.refresh_from_db(from_queryset=rows.select_for_update())
    except type(row).DoesNotExist as error:  # type: ignore[attr-defined]
        raise NotFound("Somebody has deleted this meanwhile.") from error


def run(check: Check | None) -> None:
    """Call the check of a caller who has one."""
    if check is not None:
        check()
