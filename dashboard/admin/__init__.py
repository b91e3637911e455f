"""Models whose staff pages join several apps."""

from dashboard.admin import orders, returns  # noqa: F401 (registers)
