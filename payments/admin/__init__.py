"""Money in the staff site."""

from payments.admin import gift_cards, payments  # noqa: F401
