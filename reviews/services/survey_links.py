"""The link to the survey of an order: signed, so that nobody can guess it, and not stored anywhere.

It is made from the order's own secret. When an erasure changes that, the links in old emails are dead.
"""

import hmac

from django.conf import settings
from django.urls import reverse

from ecommerce.lib.errors import NotFound
from ecommerce.lib.sealing import hashes_of
from orders.models import Order

_PURPOSE = "reviews.survey"
_LENGTH = 40


def survey_path(order: Order) -> str:
    """The page of the survey on this site."""
    return reverse("reviews:survey", args=[order.number, _keys_of(order)[0]])


def survey_url(order: Order) -> str:
    """The same for an email."""
    return settings.SITE_URL + survey_path(order)


def order_of(number: str, key: str) -> Order:
    """The order whose link it is. Raises NotFound for a link that was not made here."""
    order = Order.objects.filter(number=number.upper()).first()
    if order is None or not any(_is_same(mine, key) for mine in _keys_of(order)):
        raise NotFound("This link is not complete. Copy all of it from the email.")
    return order


def _keys_of(order: Order) -> list[str]:
    """Under today's key first; under those that were used before, it stays good."""
    return [made[:_LENGTH] for made in hashes_of(f"{order.pk}:{order.token}", purpose=_PURPOSE)]


def _is_same(mine: str, key: str) -> bool:
    # As bytes, because a visitor may type letters that are not ASCII.
    return hmac.compare_digest(mine.encode(), key.encode())
