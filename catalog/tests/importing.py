"""Files of products as tests make them."""

from typing import Any

from django.core.files.base import ContentFile

from catalog.models import ProductImport
from catalog.services.importing import progress


def upload(text: str | bytes, name: str = "products.csv") -> ContentFile:
    return ContentFile(text.encode() if isinstance(text, str) else text, name=name)


def imported(commit: Any, text: str | bytes, *, apply: bool = False, **more: Any) -> ProductImport:
    """The import of a file, checked; with `apply` applied too."""
    with commit():
        row = progress.begin(upload=upload(text), **more)
    row.refresh_from_db()
    if apply:
        assert row.state == ProductImport.State.READY, row.errors
        with commit():
            progress.apply(product_import=row, **more)
        row.refresh_from_db()
    return row


def changes_of(row: ProductImport) -> dict[str, dict[str, list[str]]]:
    return dict(row.rows.values_list("sku", "changes"))
