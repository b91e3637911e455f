"""Copies the demo's pictures to the public storage."""

from collections.abc import Iterable

from django.core.files.base import File
from django.core.files.storage import default_storage
from tqdm import tqdm

from demo.catalogue import PICTURE_SUFFIXES, PICTURE_WIDTHS, DemoPicture, load
from demo.loader.catalogue import FOLDER


def count_files() -> int:
    return sum(1 for _ in _views()) * len(PICTURE_WIDTHS) * len(PICTURE_SUFFIXES)


def copy_pictures(*, bar: tqdm) -> None:
    """Store every picture once; those that are there already stay."""
    _, names = default_storage.listdir(FOLDER) if default_storage.exists(FOLDER) else ([], [])
    present = set(names)
    for view in _views():
        for width in PICTURE_WIDTHS:
            for suffix in PICTURE_SUFFIXES:
                source = view.file(width=width, suffix=suffix)
                if source.name not in present:
                    with source.open("rb") as content:
                        default_storage.save(f"{FOLDER}/{source.name}", File(content))
                bar.update()


def _views() -> Iterable[DemoPicture]:
    return (view for product in load().products for view in product.pictures)
