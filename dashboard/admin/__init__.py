"""Models whose staff pages join several apps."""

from dashboard.admin import drafts, orders  # noqa: F401 (registers)
