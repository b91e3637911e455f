"""The catalogue for staff. Rows are saved by the admin, everything that follows by services."""

from catalog.admin import categories, holds, imports, locations, products, stock, stores

__all__ = ["categories", "holds", "imports", "locations", "products", "stock", "stores"]
