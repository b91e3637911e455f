"""Test 47, uploads: what is kept of a picture is its pixels, under a name of our own."""

import struct
import tracemalloc
import zipfile
import zlib
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from PIL import Image

from catalog.services.images import clean_upload
from ecommerce.lib.errors import DomainError
from reviews.services.photos import store_photo

SCRIPT = b"<script>alert(1)</script>"


def picture(kind="PNG", **more):
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(buffer, format=kind, **more)
    return buffer.getvalue()


def zipped():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("page.html", SCRIPT)
    return buffer.getvalue()


def huge(width, height):
    """A PNG that claims so many pixels in a few bytes."""

    def chunk(name, data):
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 100_000)) + chunk(b"IEND", b"")
    )  # fmt: skip


def as_product_picture(content, name):
    made = clean_upload(ContentFile(content, name=name))
    return made.read(), made.name


def as_review_photo(content, name):
    stored = store_photo(ContentFile(content, name=name))
    with storages["private"].open(stored.path) as kept:
        return kept.read(), stored.path


DOORS = pytest.mark.parametrize("door", [as_product_picture, as_review_photo])


@DOORS
@pytest.mark.parametrize(
    "content",
    [
        picture("JPEG") + SCRIPT,
        picture("JPEG") + zipped(),
        picture("PNG") + b"<?php system($_GET[0]);" + SCRIPT,
        picture("JPEG", comment=SCRIPT),
        picture("WEBP", xmp=SCRIPT),
    ],
)
def test_what_hides_behind_or_inside_a_picture_is_not_kept(door, content):
    kept, _ = door(content, "photo.jpg")
    assert b"script" not in kept and b"PK" not in kept and Image.open(BytesIO(kept)).size == (40, 30)


@DOORS
@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
        picture("GIF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><svg>&e;</svg>",
        SCRIPT,
        b"\xff\xd8\xff\xe0" + SCRIPT * 9,
        zipped(),
        b"%PDF-1.7\n",
        picture("PNG")[:60],
        picture("JPEG")[:-40],
        b"",
    ],
)
@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "x.svg", "x.html"])
def test_what_is_no_whole_picture_is_refused_in_words_whatever_it_is_called(door, content, name):
    with pytest.raises(DomainError) as refused:
        door(content, name)
    assert refused.value.message.endswith(".")


@DOORS
@pytest.mark.parametrize("size", [(30_000, 30_000), (2**31 - 1, 1), (100_000, 100_000)])
def test_a_bomb_is_refused_before_its_pixels_take_memory(door, size):
    content = huge(*size)
    tracemalloc.start()
    with pytest.raises(DomainError):
        door(content, "photo.png")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 1024 * 1024


@DOORS
def test_the_place_where_a_photo_was_taken_is_gone(door):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    exif[0x010F] = "Secret Camera"
    kept, _ = door(picture("JPEG", exif=exif), "photo.jpg")
    assert not Image.open(BytesIO(kept)).getexif() and b"Secret" not in kept


@DOORS
@pytest.mark.parametrize("name", ["../../etc/passwd.jpg", "a.php", "x.svg", "‮gpj.exe", "shop.html\x00.jpg"])
def test_the_name_and_the_type_are_ours(door, name):
    _, kept = door(picture("PNG"), name.replace("\x00", "").replace("/", "_"))
    assert kept.endswith(".png") and ".." not in kept and "passwd" not in kept and "php" not in kept
