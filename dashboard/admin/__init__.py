"""Models whose staff pages join several apps."""

from dashboard.admin import drafts, emails, orders, returns  # noqa: F401 (registers)
