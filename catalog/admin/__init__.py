"""The catalogue for staff. Rows are saved by the admin, everything that follows by services."""

from catalog.admin import categories, products, stock, stores

__all__ = ["categories", "products", "stock", "stores"]
