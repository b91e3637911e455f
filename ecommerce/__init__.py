"""The project: settings, URLs, and the leaf helpers in `lib` that every app may use."""

from ecommerce.celery import app as celery_app

__all__ = ["celery_app"]
