"""Pictures that strangers send: looked at by their bytes, and drawn anew.

What a file is called and what its sender says it is count for nothing. Nothing of the file itself is
kept: no EXIF (a phone writes where it was), no comments, no second file behind the first.
"""

from collections.abc import Collection
from enum import Enum
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

# Suffixes of the formats that pages show. SVG is a page of scripts, and never among them.
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}


class Fault(Enum):
    """What is wrong with a file."""

    BYTES = "too many bytes"
    PIXELS = "too many pixels"
    KIND = "no picture of these kinds"
    BROKEN = "damaged"


class BadPicture(Exception):
    """The file cannot become a picture; `fault` says why, the caller finds the words."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def decode(file: IO[bytes], *, kinds: Collection[str], most_pixels: int) -> tuple[Image.Image, str]:
    """The decoded picture and its format. Raises BadPicture.

    Pixels are counted before any memory is taken for them; decoding to the end shows damage.
    """
    try:
        picture = Image.open(file, formats=list(kinds))
        kind = str(picture.format)
        if picture.width * picture.height > most_pixels:
            raise BadPicture(Fault.PIXELS)
        picture.load()
    except BadPicture:
        raise
    except Image.DecompressionBombError as error:
        raise BadPicture(Fault.PIXELS) from error
    except UnidentifiedImageError as error:
        raise BadPicture(Fault.KIND) from error
    except Exception as error:  # decoders have errors of all kinds for bytes they did not expect
        raise BadPicture(Fault.BROKEN) from error
    return picture, kind


def redraw(
    file: IO[bytes], *, kinds: Collection[str], most_bytes: int, most_pixels: int, side: int, quality: int
) -> tuple[bytes, str]:
    """A clean copy, upright and at most `side` pixels a side, and its format. Raises BadPicture."""
    file.seek(0)
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise BadPicture(Fault.BYTES)
    picture, kind = decode(BytesIO(data), kinds=kinds, most_pixels=most_pixels)
    try:
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side), Image.Resampling.LANCZOS)
        mode = "RGBA" if kind != "JPEG" and has_alpha(upright) else "RGB"
        # A new image has pixels only: EXIF, XMP, comments and colour profiles stay behind.
        bare = Image.new(mode, upright.size)
        bare.paste(upright.convert(mode))
        clean = BytesIO()
        bare.save(clean, format=kind, **({} if kind == "PNG" else {"quality": quality}))
    except Exception as error:
        raise BadPicture(Fault.BROKEN) from error
    return clean.getvalue(), kind


def has_alpha(picture: Image.Image) -> bool:
    """Whether something behind the picture can be seen through it."""
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
