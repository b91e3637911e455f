"""Pictures that a file names by their addresses: fetched after the import, and taken like uploads.

An address is asked outside of any transaction. What it answers is a picture only when its bytes are
one; it is written anew without its metadata, as every upload is.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q, QuerySet
from django.utils import timezone

from catalog.models import Product, ProductImage, ProductImport, ProductImportPicture, ProductImportRow
from catalog.services import images
from catalog.services.importing.state import fetched_pictures
from ecommerce.lib import outbound
from ecommerce.lib.background import after_commit, task_named
from ecommerce.lib.errors import DomainError
from ecommerce.lib.files import FilesUnavailable
from ecommerce.lib.transactions import retrying_atomic

log = logging.getLogger(__name__)
State = ProductImportPicture.State
# Longer than a picture may take: a claim this old belonged to a process that died.
_LEASE = timedelta(minutes=2)
_ROUND = 20
_BATCH = 500


def owe(row: ProductImport) -> None:
    """Note which pictures an import that was just applied names, and have them fetched after commit."""
    named = row.rows.filter(run=row.run, changes__has_key="image_url").exclude(product=None)
    found = []
    seen: set[tuple[int, str]] = set()
    for line, product_id, changes in named.order_by("line").values_list("line", "product_id", "changes"):
        url = changes["image_url"][1]
        if (product_id, url) not in seen:
            seen.add((product_id, url))
            found.append(ProductImportPicture(product_import=row, product_id=product_id, line=line, url=url))
    ProductImportPicture.objects.bulk_create(found, batch_size=_BATCH)
    if found:
        after_commit(task_named("catalog.fetch_pictures"), row.pk)


def fetch_owed(import_id: int) -> int:
    """Fetch what this import owes; returns how many pictures came."""
    owed = ProductImportPicture.objects.filter(product_import=import_id, state=State.OWED)
    return _fetch_all(list(owed.order_by("pk").values_list("pk", flat=True)))


def fetch_due(*, now: datetime) -> int:
    """Fetch what a lost message left; returns how many came. Some at a time: servers may be slow."""
    old = _unclaimed(now).filter(product_import__applied_at__lte=now - _LEASE)
    return _fetch_all(list(old.order_by("pk").values_list("pk", flat=True)[:_ROUND]))


def retry(*, product_import: ProductImport) -> int:
    """Have those that failed fetched again; returns how many."""
    failed = product_import.pictures.filter(state=State.FAILED)
    count = failed.update(state=State.OWED, words="", claimed_until=None)
    if count:
        after_commit(task_named("catalog.fetch_pictures"), product_import.pk)
    return count


def take_back(row: ProductImport, *, actor: Any) -> None:
    """Take away the pictures of lines that were undone; what is not fetched yet need not be."""
    undone = row.rows.filter(run=row.run, undo=ProductImportRow.Undo.DONE).values("line")
    mine = row.pictures.filter(line__in=undone)
    pictures = ProductImage.objects.filter(pk__in=mine.filter(state=State.DONE).values("image"))
    for picture in pictures:
        picture.modified_by = actor
        picture.delete()
    mine.update(state=State.UNDONE)


def _fetch_all(ids: Iterable[int]) -> int:
    return sum(_fetch(pk) for pk in ids)


def _fetch(pk: int) -> bool:
    now = timezone.now()
    until = now + _LEASE
    if not _unclaimed(now).filter(pk=pk).update(claimed_until=until):
        return False
    row = ProductImportPicture.objects.select_related("product_import__applied_by").get(pk=pk)
    try:
        content = outbound.fetch(
            row.url,
            agent="Alcove-Pictures/1.0",
            most=images.MAX_BYTES,
            allow_private=settings.IMPORTS_ALLOW_PRIVATE,
        )
        return _keep(row, content, until)
    except FilesUnavailable:  # still owed: the sweep comes again
        return False
    except (outbound.Unreachable, DomainError) as error:
        _claimed(pk, until).update(state=State.FAILED, words=str(error)[:300], tries=row.tries + 1)
        return False


@retrying_atomic
def _keep(row: ProductImportPicture, content: bytes, until: datetime) -> bool:
    """The picture and the note that it came are one write: it never comes twice."""
    mine = _claimed(row.pk, until)
    if not mine.select_for_update().exists():
        return False
    product = Product.objects.filter(pk=row.product_id).first()
    if product is None:
        return not mine.update(state=State.FAILED, words="The product was deleted.", tries=row.tries + 1)
    if (product.pk, row.url) in fetched_pictures([product.pk]):
        return bool(mine.update(state=State.DONE, words="It was there already."))
    image = images.add_image(
        product=product,
        upload=ContentFile(content, name="fetched"),
        alt=product.name,
        actor=row.product_import.applied_by,
    )
    return bool(mine.update(state=State.DONE, image=image, words="", tries=row.tries + 1))


def _unclaimed(now: datetime) -> QuerySet[ProductImportPicture]:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return ProductImportPicture.objects.filter(free, state=State.OWED)


def _claimed(pk: int, until: datetime) -> QuerySet[ProductImportPicture]:
    return ProductImportPicture.objects.filter(pk=pk, state=State.OWED, claimed_until=until)
