"""What Ada has saved for later."""

from catalog.models import Product
from customers.models import User
from customers.services.wishlists import save_product
from demo.loader.people import Person

SAVED = 4


def load_wishlist(*, ada: Person) -> None:
    """Save a few of the first things on the shelf, not the very first, which she has bought."""
    customer = User.objects.get(pk=ada.user_id)
    wishlist = None
    for pk in Product.objects.published().order_by("rank", "pk").values_list("pk", flat=True)[2 : 2 + SAVED]:
        wishlist, _ = save_product(wishlist=wishlist, customer=customer, product_id=pk)
