"""Models whose staff pages join several apps."""

from dashboard.admin import drafts, orders, returns  # noqa: F401 (registers)
