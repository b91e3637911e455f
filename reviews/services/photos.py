"""Photos that customers attach: checked, stripped of what cameras add, and kept private."""

import io
import uuid
import warnings
from dataclasses import dataclass
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image, ImageOps

from ecommerce.lib.errors import BadInput

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 1600
_TYPES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp")}


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
    data = photo.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _refusal("The photo is larger than 5 MB. Choose a smaller one.")
    picture, kind = _open(data)
    extension, content_type = _TYPES[kind]
    clean = io.BytesIO()
    picture.save(clean, format=kind, quality=85)
    path = storages["private"].save(f"reviews/{uuid.uuid4().hex}.{extension}", ContentFile(clean.getvalue()))
    return StoredPhoto(path=path, content_type=content_type)


def remove_photo(path: str) -> None:
    """Delete a stored photo; one that is gone already is fine."""
    storages["private"].delete(path)


def _open(data: bytes) -> tuple[Image.Image, str]:
    """The upright pixels of `data` and their format, decoded in full so that damage shows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            source = Image.open(io.BytesIO(data), formats=list(_TYPES))
            kind = str(source.format)
            # The size stands in the header: nothing that huge is ever decoded.
            if source.width * source.height > MAX_PIXELS:
                raise _refusal("The photo has more than 40 megapixels. Choose a smaller one.")
            upright = ImageOps.exif_transpose(source)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            bare = upright.convert("RGB" if kind == "JPEG" else "RGBA")
    except Image.DecompressionBombError as error:
        raise _refusal("The photo has more than 40 megapixels. Choose a smaller one.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise _refusal("We could not read this file. Choose a JPEG, PNG or WebP picture.") from error
    bare.info = {}
    return bare, kind


def _refusal(message: str) -> BadInput:
    return BadInput(message, code="photo", field="photo")
