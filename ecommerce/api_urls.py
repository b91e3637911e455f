"""The whole API under /api: every app's routes, with and without the trailing slash.

This file only maps; views and serializers live in `<app>/api/`.
"""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
