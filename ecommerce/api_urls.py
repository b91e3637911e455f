"""The whole API under /api: every app's routes, with and without the trailing slash.

This file only maps; views and serializers live in `<app>/api/`.
"""

from django.urls import URLPattern, URLResolver, include, path, re_path

from ecommerce import api_views

_description = [
    re_path(r"^schema/?$", api_views.SchemaView.as_view(), name="api_schema"),
    re_path(r"^docs/?$", api_views.DocsView.as_view(), name="api_docs"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("/", include("catalog.api.urls")),
    path("/", include("customers.api.urls")),
    path("/", include("orders.api.urls")),
    path("/", include("payments.api.urls")),
    path("/", include("documents.api.urls")),
    path("/", include("reviews.api.urls")),
    path("/", include("webhooks.api.urls")),
    path("/", include(_description)),
    # Last: everything else under /api is answered as a problem, not as a page.
    re_path(r"^(?:/[\s\S]*)?$", api_views.UnknownRoute.as_view()),
]
