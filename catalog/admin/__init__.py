"""The catalogue for staff. Rows are saved by the admin, everything that follows by services."""

from catalog.admin import categories, locations, products, stock, stores

__all__ = ["categories", "locations", "products", "stock", "stores"]
