"""Background work of the catalogue. Every task may run twice; the sweep finds lost ones."""

from celery import shared_task

from catalog.services import images


@shared_task
def make_renditions(image_id: int) -> None:
    """Make the sizes and formats of one uploaded picture."""
    images.make_renditions(image_id)
