"""Uploads: what is taken, what is refused and in which words, and the renditions owed."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from catalog.models import ProductImage
from catalog.services import images
from catalog.services.sweep import sweep
from catalog.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def picture(kind="JPEG", size=(60, 40), mode="RGB", **more) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, "teal").save(buffer, format=kind, **more)
    return buffer.getvalue()


def file(content, name="photo.jpg"):
    return ContentFile(content, name=name)


def test_a_picture_is_kept_and_its_renditions_are_made_after_commit(commit):
    product = ProductFactory()
    with commit():
        image = images.add_image(product=product, upload=file(picture()), alt="A teal box")
    image.refresh_from_db()
    product.refresh_from_db()
    assert product.image == image.stem != ""
    assert product.image_alt == "A teal box"
    for width in (320, 640, 960):
        for kind in ("avif", "webp"):
            with default_storage.open(f"{image.stem}-{width}.{kind}") as stored:
                made = Image.open(stored)
                assert (made.format.lower(), made.size) == (kind, (width, width))


def test_where_a_photo_was_taken_is_not_kept():
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif[0x0112] = 6  # turned by a quarter
    image = images.add_image(product=ProductFactory(), upload=file(picture(exif=exif)), alt="A box")
    with image.original.open("rb") as stored:
        kept = Image.open(stored)
        assert not kept.getexif()
        assert kept.size == (40, 60)
        stored.seek(0)
        assert b"Secret" not in stored.read()


def test_the_name_of_the_sender_is_not_kept_and_the_type_is_what_the_bytes_say():
    upload = file(picture("PNG"), name="../../my passport.jpg")
    image = images.add_image(product=ProductFactory(), upload=upload, alt="A box")
    assert "passport" not in image.original.name
    assert image.original.name.endswith(".png")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "JPEG, PNG"),
        (b"not a picture at all", "JPEG, PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "JPEG, PNG"),
        (picture("GIF"), "JPEG, PNG"),
        (picture("PNG", size=(300, 300))[:200], "damaged"),
        (picture(size=(900, 900), quality=95)[:2000], "damaged"),
        (picture() + b"\0" * images.MAX_BYTES, "10 MB"),
        (picture("PNG", size=(10_000, 4_001), mode="1"), "40 million"),
        (picture("PNG", size=(30_000, 30_000), mode="1"), "40 million"),
    ],
    ids=["empty", "text", "svg", "gif", "cut png", "cut jpeg", "heavy", "large", "bomb"],
)
def test_what_is_no_picture_is_refused_in_words(content, words):
    with pytest.raises(images.BadUpload, match=words) as caught:
        images.add_image(product=ProductFactory(), upload=file(content), alt="A box")
    assert (caught.value.http_status, caught.value.field) == (400, "original")
    assert not ProductImage.objects.exists()


def test_a_lost_message_is_made_up_for_by_the_sweep():
    image = images.add_image(product=ProductFactory(), upload=file(picture()), alt="A box")
    assert sweep(now=timezone.now())["pictures_made"] == 0, "the task still has its chance"
    later = timezone.now() + timedelta(minutes=5)
    assert sweep(now=later)["pictures_made"] == 1
    assert sweep(now=later)["pictures_made"] == 0
    image.refresh_from_db()
    assert image.stem


def test_a_picture_that_fails_holds_up_no_other():
    later = timezone.now() + timedelta(minutes=5)
    broken = images.add_image(product=ProductFactory(), upload=file(picture()), alt="A box")
    default_storage.delete(broken.original.name)
    images.add_image(product=ProductFactory(), upload=file(picture()), alt="A box")
    assert images.make_owed_renditions(now=later) == 1
    broken.refresh_from_db()
    assert broken.modified_at == later


def test_making_twice_makes_once():
    image = images.add_image(product=ProductFactory(), upload=file(picture()), alt="A box")
    assert images.make_renditions(image.pk)
    assert not images.make_renditions(image.pk)
