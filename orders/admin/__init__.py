"""The plain things of selling in the staff site. Orders themselves are in `dashboard`."""

from orders.admin import delivery, discounts, invoices, taxes  # noqa: F401 (registers)
