"""The catalogue's tables: sellers, the category tree, products and their stock."""

from catalog.models.category import Category
from catalog.models.image import ProductImage
from catalog.models.product import Attribute, AttributeValue, Product, Variant
from catalog.models.product_import import ProductImport, ProductImportPicture, ProductImportRow
from catalog.models.search import SearchEntry, SearchTerm
from catalog.models.stock import Hold, OutsideSale, StockItem, StockLocation, StockMovement
from catalog.models.stock_request import StockRequest
from catalog.models.store import Store, StoreSettings

__all__ = [
    "Attribute",
    "AttributeValue",
    "Category",
    "Hold",
    "OutsideSale",
    "Product",
    "ProductImage",
    "ProductImport",
    "ProductImportPicture",
    "ProductImportRow",
    "SearchEntry",
    "SearchTerm",
    "StockItem",
    "StockLocation",
    "StockMovement",
    "StockRequest",
    "Store",
    "StoreSettings",
    "Variant",
]
