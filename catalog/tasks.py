"""Background work of the catalogue. Every task may run twice; the sweep finds lost ones."""

from celery import shared_task

from catalog.services import images, stock_requests
from catalog.services.importing import applying, checking, pictures, undoing


@shared_task(queue_name="media")
def make_renditions(image_id: int) -> None:
    """Make the sizes and formats of one uploaded picture."""
    images.make_renditions(image_id)


@shared_task(queue_name="mail")
def tell_waiting(variant_id: int) -> None:
    """Email those who wait for a variant of which some are free again."""
    stock_requests.tell_waiting(variant_id=variant_id)


@shared_task(name="catalog.check_import", queue_name="imports")
def check_import(import_id: int) -> None:
    """Plan what a file of products would change."""
    checking.check(import_id)


@shared_task(name="catalog.apply_import", queue_name="imports")
def apply_import(import_id: int) -> None:
    """Apply a plan."""
    applying.apply(import_id)


@shared_task(name="catalog.undo_import", queue_name="imports")
def undo_import(import_id: int) -> None:
    """Put back what an import changed."""
    undoing.undo(import_id)


@shared_task(name="catalog.fetch_pictures", queue_name="downloads")
def fetch_pictures(import_id: int) -> None:
    """Fetch the pictures that an import names."""
    pictures.fetch_owed(import_id)
