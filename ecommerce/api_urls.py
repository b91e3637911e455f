"""The whole API under /api: every app's routes, with and without the trailing slash.

This file only maps; views and serializers live in `<app>/api/`.
"""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("/", include("catalog.api.urls")),
    path("/", include("customers.api.urls")),
    path("/", include("documents.api.urls")),
    path("/", include("reviews.api.urls")),
]
