"""What Ada has saved for later."""

from datetime import timedelta

from catalog.models import Product
from customers.models import User, Wishlist, WishlistItem
from demo.loader.bulk import Writer
from demo.loader.people import Person
from demo.loader.plan import Plan, letters

SAVED = 4
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def load_wishlist(plan: Plan, *, ada: Person) -> None:
    """Save a few of the first things on the shelf, but not the very first."""
    customer = User.objects.get(customer_id=ada.customer_id)
    found = Product.objects.published().order_by("rank", "pk").values_list("pk", flat=True)
    saved = list(found[2 : 2 + SAVED])
    writer = Writer(Wishlist, WishlistItem)
    wishlist = writer.add(
        Wishlist,
        token=letters(plan.dice("wishlist"), 43, _ALPHABET),
        customer_id=customer.pk,
        created_at=plan.midnight - timedelta(days=SAVED),
        modified_at=plan.midnight - timedelta(days=1),
    )
    for days, pk in enumerate(saved, 1):
        writer.add(
            WishlistItem, wishlist_id=wishlist, product_id=pk, added_at=plan.midnight - timedelta(days=days)
        )
    writer.flush()
    User.objects.filter(pk=customer.pk).update(saved_products=saved)
