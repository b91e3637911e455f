"""Background work of the catalogue. Every task may run twice; the sweep finds lost ones."""

from celery import shared_task

from catalog.services import images, stock_requests


@shared_task
def make_renditions(image_id: int) -> None:
    """Make the sizes and formats of one uploaded picture."""
    images.make_renditions(image_id)


@shared_task
def tell_waiting(variant_id: int) -> None:
    """Email those who wait for a variant of which some are free again."""
    stock_requests.tell_waiting(variant_id=variant_id)
