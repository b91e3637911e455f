"""Models whose staff pages join several apps."""

from dashboard.admin import orders  # noqa: F401 (registers)
