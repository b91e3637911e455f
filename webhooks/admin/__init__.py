"""Webhooks in the staff site."""

from webhooks.admin import deliveries, endpoints  # noqa: F401
