"""Pictures named by a file: fetched after the import from public addresses only (48), taken like uploads."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from catalog.models import ProductImage
from catalog.services.importing import pictures, progress
from catalog.tests.factories import ProductFactory
from catalog.tests.importing import imported
from dashboard.tests.conftest import owner, staff
from ecommerce.lib import outbound

__all__ = ["owner", "staff"]

pytestmark = pytest.mark.django_db
URL = "https://pictures.example.com/mug.png"


@pytest.fixture
def mug():
    return ProductFactory(name="Mug", slug="mug", sku="MUG")


@pytest.fixture
def answers(monkeypatch):
    """What addresses answer: bytes, or the reason why not."""
    found, asked = {}, []

    def fetch(url, **options):
        asked.append(url)
        if isinstance(found.get(url), bytes):
            return found[url]
        raise outbound.Unreachable(found.get(url, "It could not be reached, or hung up."))

    monkeypatch.setattr(outbound, "fetch", fetch)
    found["asked"] = asked
    return found


def png():
    buffer = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(buffer, format="PNG")
    return buffer.getvalue() + b"<script>hidden behind</script>"


def test_a_picture_is_fetched_written_anew_and_shown(commit, mug, answers):
    answers[URL] = png()
    row = imported(commit, f"sku,image_url\nMUG,{URL}\n", apply=True)
    picture = row.pictures.get()
    assert (picture.state, picture.words) == ("done", "")
    with picture.image.original.open("rb") as kept:
        assert b"script" not in kept.read()
    mug.refresh_from_db()
    assert mug.image and mug.image_alt == "Mug"
    again = imported(commit, f"sku,image_url\nMUG,{URL}\n")
    assert (again.changed_count, again.unchanged_count) == (0, 1)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/x.png", "http://169.254.169.254/", "http://[::1]/", "http://2130706433/"]
)
def test_an_inner_address_is_never_asked(commit, mug, url):
    row = imported(commit, f"sku,image_url\nMUG,{url}\n", apply=True)
    picture = row.pictures.get()
    assert (picture.state, picture.words) == ("failed", outbound.PRIVATE)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/y", "javascript:alert(1)", "https://", "https://a@b/"]
)
def test_what_is_no_web_address_is_a_mistake_of_its_line(commit, mug, url):
    assert "Enter an address that starts with" in imported(commit, f"sku,image_url\nMUG,{url}\n").errors[0][1]


def test_what_is_no_picture_is_listed_and_can_be_tried_again(commit, mug, answers, staff):
    answers[URL] = b"<html>not here</html>"
    row = imported(commit, f"sku,image_url\nMUG,{URL}\n", apply=True)
    shown = staff.get(reverse("admin:catalog_productimport_change", args=[row.pk])).content.decode()
    assert "Choose a picture: JPEG, PNG, WebP or AVIF." in shown and "Fetch 1 again" in shown
    answers[URL] = png()
    with commit():
        staff.post(reverse("admin:catalog_productimport_step", args=[row.pk, "pictures"]))
    assert row.pictures.get().state == "done" and ProductImage.objects.count() == 1


def test_a_lost_message_is_found_by_the_sweep_and_a_claim_keeps_others_away(commit, mug, answers, settings):
    answers[URL] = png()
    row = imported(commit, f"sku,image_url\nMUG,{URL}\n")
    settings.BACKGROUND = "off"
    progress.apply(product_import=row)
    from catalog.services.importing import applying

    applying.apply(row.pk)
    now = timezone.now()
    assert pictures.fetch_due(now=now) == 0
    row.pictures.update(claimed_until=now + timedelta(minutes=4))
    assert pictures.fetch_due(now=now + timedelta(minutes=3)) == 0 and answers["asked"] == []
    row.pictures.update(claimed_until=None)
    assert pictures.fetch_due(now=now + timedelta(minutes=3)) == 1
    assert pictures.fetch_due(now=now + timedelta(minutes=3)) == 0 and answers["asked"] == [URL]


def test_undo_takes_the_picture_away_again(commit, mug, answers):
    answers[URL] = png()
    row = imported(commit, f"sku,image_url\nMUG,{URL}\n", apply=True)
    with commit():
        progress.undo(product_import=row)
    mug.refresh_from_db()
    assert not ProductImage.objects.exists() and mug.image == "" and row.pictures.get().state == "undone"
