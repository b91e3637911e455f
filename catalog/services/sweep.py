"""What the catalogue still owes, found again from the database."""

from datetime import datetime

from catalog.services import images, inventory, products, stock_requests
from catalog.services.importing import pictures, progress


def sweep(*, now: datetime) -> dict[str, int]:
    """Do what is due at `now` and was not done; returns how much of each. Safe to repeat."""
    return {
        "expired_holds_released": inventory.release_expired(now=now),
        "back_in_stock_emails_sent": stock_requests.tell_waiting(now=now),
        "scheduled_variants_refreshed": products.refresh_scheduled(now=now),
        "imports_resumed": progress.resume_quiet(now=now),
        "pictures_fetched": pictures.fetch_due(now=now),
        "pictures_made": images.make_owed_renditions(now=now),
    }
