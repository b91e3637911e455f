"""What a customer looked at, remembered with their account."""

from collections.abc import Sequence

from catalog.viewed import merged
from customers.models import User, ViewedProducts
from ecommerce.lib.transactions import retrying_atomic


@retrying_atomic
def keep(*, customer: User, ids: Sequence[int]) -> list[int]:
    """Put these products in front of what the account remembers; returns all of it, newest first.

    Repeating changes nothing; without any there is nothing to write.
    """
    row = ViewedProducts.objects.select_for_update().filter(customer=customer).first()
    if row is None and ids:
        row, _ = ViewedProducts.objects.get_or_create(customer=customer)
    if row is None:
        return []
    both = merged(ids, row.product_ids)
    if both != row.product_ids:
        row.product_ids = both
        row.save(update_fields=["product_ids", "modified_at"])
    return both


def forget(*, customer: User) -> None:
    """The account remembers nothing of it any more; repeating does nothing."""
    ViewedProducts.objects.filter(customer=customer).delete()
