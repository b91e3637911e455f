"""Pictures: what is taken from an upload, and the renditions that pages show.

An upload is decoded once before it is kept and written anew without its metadata (a phone's
photo knows where it was taken), so nothing of the sender's file is ever served. The renditions
are made by a background task after commit. Owed work is a row with an original and no stem.
"""

import logging
import secrets
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db.models import Max
from PIL import Image, ImageOps

from catalog import tasks
from catalog.models import Product, ProductImage
from catalog.models.image import FORMATS, WIDTHS
from catalog.services.products import refresh_listing, stamp_author
from ecommerce.lib.background import after_commit
from ecommerce.lib.errors import BadInput
from ecommerce.lib.files import FilesUnavailable
from ecommerce.lib.pictures import SUFFIXES, BadPicture, Fault, decode, has_alpha, redraw
from ecommerce.lib.transactions import retrying_atomic

log = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
# What is kept of an upload: more than any rendition needs, less than cameras make.
_KEPT_SIDE = 2400
_WORDS = {
    Fault.BYTES: "The picture is larger than 10 MB. Save it smaller and try again.",
    Fault.PIXELS: "The picture has more than 40 million pixels. Save it smaller and try again.",
    Fault.KIND: "Choose a picture: JPEG, PNG, WebP or AVIF.",
    Fault.BROKEN: "The picture is damaged and cannot be opened. Choose another file.",
}
_QUALITY = {"avif": {"quality": 60, "speed": 7}, "webp": {"quality": 80, "method": 4}}
# The task that was told at commit gets this long before the sweep takes over.
_GRACE = timedelta(minutes=2)
_BATCH = 25


class BadUpload(BadInput):
    """A file that cannot become a picture."""

    code = "bad_upload"


def clean_upload(upload: File) -> ContentFile:
    """A clean copy of an uploaded picture: upright, no metadata, at most 2,400 px a side.

    Its type is what its bytes say, whatever it is called. Raises BadUpload, in words, for what
    is too large, broken, or no JPEG, PNG, WebP or AVIF.
    """
    try:
        clean, kind = redraw(
            upload, kinds=SUFFIXES, most_bytes=MAX_BYTES, most_pixels=MAX_PIXELS, side=_KEPT_SIDE, quality=92
        )
    except BadPicture as error:
        raise BadUpload(_WORDS[error.fault], field="original") from error
    return ContentFile(clean, name=f"upload.{SUFFIXES[kind]}")


@retrying_atomic
def add_image(
    *, product: Product, upload: File, alt: str, position: int | None = None, actor: Any = None
) -> ProductImage:
    """Keep a picture of `product`, the last one unless `position` says otherwise."""
    if not alt.strip():
        raise BadInput("Describe the picture in words.", field="alt")
    if position is None:
        last = product.images.aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
    image = ProductImage(product=product, alt=alt.strip(), position=position)
    stamp_author(image, actor)
    clean = clean_upload(upload)
    image.original.save(str(clean.name), clean, save=False)
    image.save()
    owe_renditions(image)
    return image


def owe_renditions(image: ProductImage) -> None:
    """Say that the renditions of `image` have to be made, and have it done after commit."""
    ProductImage.objects.filter(pk=image.pk).update(stem="")
    image.stem = ""
    after_commit(tasks.make_renditions, image.pk)


def make_renditions(image_id: int) -> bool:
    """Write every width and format of a picture and show it. False when nothing was owed.

    Safe to repeat and to run twice at once: names never repeat, and only one run is shown.
    """
    image = ProductImage.objects.filter(pk=image_id, stem="").exclude(original="").first()
    if image is None:
        return False
    stem = f"products/{image.product_id}-{image.pk}-{secrets.token_hex(5)}"
    with image.original.open("rb") as file:
        picture, _ = decode(file, kinds=SUFFIXES, most_pixels=MAX_PIXELS)
    made = [_write(picture, stem, width, extension) for width in WIDTHS for extension in FORMATS]
    owed = ProductImage.objects.filter(pk=image_id, stem="", original=image.original.name)
    if not owed.update(stem=stem):
        for name in made:
            default_storage.delete(name)
        return False
    refresh_listing(image.product_id)
    return True


def make_owed_renditions(*, now: datetime) -> int:
    """Make what a lost message left unmade; returns how many pictures are done.

    A picture that fails goes to the end of the queue, so that it holds up no other.
    """
    owed = ProductImage.objects.filter(stem="", modified_at__lte=now - _GRACE).exclude(original="")
    done = 0
    for pk in list(owed.order_by("modified_at").values_list("pk", flat=True)[:_BATCH]):
        try:
            done += make_renditions(pk)
        except (OSError, BadPicture, FilesUnavailable):
            log.exception("renditions of picture %s failed", pk)
            ProductImage.objects.filter(pk=pk).update(modified_at=now)
    return done


def _write(picture: Image.Image, stem: str, width: int, extension: str) -> str:
    """Write one rendition: a square, because every alcove is one; what is missing is see-through."""
    mode = "RGBA" if has_alpha(picture) or picture.width != picture.height else "RGB"
    fitted = ImageOps.contain(picture.convert(mode), (width, width), Image.Resampling.LANCZOS)
    canvas = Image.new(mode, (width, width))
    canvas.paste(fitted, ((width - fitted.width) // 2, (width - fitted.height) // 2))
    buffer = BytesIO()
    canvas.save(buffer, format=extension.upper(), **_QUALITY[extension])
    return default_storage.save(f"{stem}-{width}.{extension}", ContentFile(buffer.getvalue()))
