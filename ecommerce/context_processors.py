"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from catalog.models import StoreSettings


def shop(request: HttpRequest) -> dict[str, Any]:
    return {"shop": StoreSettings.current(), "site_url": settings.SITE_URL, "demo_mode": settings.DEMO_MODE}
