"""Catalogue routes under /api, each with and without the trailing slash."""

from django.urls import re_path

from catalog.api import categories, decrement, older, products, requests, stores

_ID = r"[0-9]{1,18}"

urlpatterns = [
    re_path(r"^categories/?$", categories.CategoriesView.as_view(), name="api_categories"),
    re_path(r"^categories/search/?$", categories.CategorySearchView.as_view(), name="api_category_search"),
    re_path(
        rf"^categories/(?P<category_id>{_ID})/?$", categories.CategoryView.as_view(), name="api_category"
    ),
    re_path(r"^products/?$", products.ProductsView.as_view(), name="api_products"),
    re_path(r"^products/search/?$", products.ProductSearchView.as_view(), name="api_product_search"),
    re_path(rf"^products/(?P<product_id>{_ID})/?$", products.ProductView.as_view(), name="api_product"),
    re_path(rf"^products/(?P<product_id>{_ID})/notify/?$", requests.NotifyView.as_view(), name="api_notify"),
    re_path(
        rf"^inventory/(?P<product_id>{_ID})/availability/?$",
        products.AvailabilityView.as_view(),
        name="api_availability",
    ),
    re_path(r"^crudproducts/?$", older.CrudProductsView.as_view(), name="api_crudproducts"),
    re_path(
        rf"^inventory/(?P<product_id>{_ID})/decrement/?$",
        decrement.DecrementView.as_view(),
        name="api_decrement",
    ),
    re_path(r"^stores/?$", stores.StoresView.as_view(), name="api_stores"),
    re_path(rf"^stores/(?P<store_id>{_ID})/?$", stores.StoreView.as_view(), name="api_store"),
]
