"""Photos that customers attach: checked, stripped of what cameras add, and kept private."""

import uuid
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from ecommerce.lib.errors import BadInput
from ecommerce.lib.files import content_type_of
from ecommerce.lib.pictures import SUFFIXES, BadPicture, Fault, redraw

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
_KINDS = ("JPEG", "PNG", "WEBP")
_WORDS = {
    Fault.BYTES: "The photo is larger than 5 MB. Choose a smaller one.",
    Fault.PIXELS: "The photo has more than 40 megapixels. Choose a smaller one.",
    Fault.KIND: "We could not read this file. Choose a JPEG, PNG or WebP picture.",
    Fault.BROKEN: "We could not read this file. Choose a JPEG, PNG or WebP picture.",
}


@dataclass(frozen=True)
class StoredPhoto:
    path: str
    content_type: str


def store_photo(photo: IO[bytes]) -> StoredPhoto:
    """Keep a picture in private storage under a name of our own.

    What is kept is drawn anew, at most 1600 px a side: no EXIF, no place, no hidden second
    file. Raises BadInput `photo` (field `photo`) for what is not a JPEG, PNG or WebP picture,
    is broken, or is larger than 5 MB or 40 megapixels.
    """
    try:
        clean, kind = redraw(
            photo, kinds=_KINDS, most_bytes=MAX_BYTES, most_pixels=MAX_PIXELS, side=MAX_SIDE, quality=85
        )
    except BadPicture as error:
        raise BadInput(_WORDS[error.fault], code="photo", field="photo") from error
    path = storages["private"].save(f"reviews/{uuid.uuid4().hex}.{SUFFIXES[kind]}", ContentFile(clean))
    return StoredPhoto(path=path, content_type=content_type_of(path))


def remove_photo(path: str) -> None:
    """Delete a stored photo; one that is gone already is fine."""
    storages["private"].delete(path)
