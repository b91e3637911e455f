"""Pictures from a bucket in a real browser: the page's own policy lets them in, and nothing else."""

import pytest

from ecommerce.lib.bucket import origin
from tests.shop_server import running_shop

pytestmark = [pytest.mark.browser]

PAGE = "/product/field-backpack/"
# The demo's pictures, from the folder into the bucket; and a review with a photo.
FILL = """
import io
from pathlib import Path
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from catalog.models import Product
from reviews.models import Review
from reviews.services.photos import store_photo
product = Product.objects.get(slug="field-backpack")
for image in product.images.all():
    for file in Path(settings.MEDIA_ROOT).glob(image.stem + "-*"):
        default_storage.save(str(file.relative_to(settings.MEDIA_ROOT)), ContentFile(file.read_bytes()))
picture = io.BytesIO()
Image.new("RGB", (40, 30), "teal").save(picture, format="PNG")
stored = store_photo(picture)
review = Review.objects.filter(product_id=product.pk, status="published").order_by("-review_date").first()
Review.objects.filter(pk=review.pk).update(file_path=stored.path, file_type=stored.content_type)
"""

# The rule of the policy by which a picture of another host is refused.
ASK_A_STRANGER = """() => new Promise(tell => {
    document.addEventListener("securitypolicyviolation", event => tell(event.effectiveDirective));
    new Image().src = "https://tracker.example/pixel.gif";
})"""


@pytest.fixture(scope="module")
def shop(s3_server):
    with running_shop("pictures", workers=1, **s3_server.bucket("pictures")) as server:
        server.manage("shell", "--no-imports", "-c", FILL)
        yield server


def test_a_product_page_shows_its_pictures_and_photos_from_the_bucket(browser, shop, s3_server):
    page = browser.new_page()
    refused, fetched = [], []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    page.on("response", lambda response: fetched.append((response.url, response.status)))
    answer = page.goto(shop.url + PAGE)
    policy = answer.headers["content-security-policy"]
    assert origin(s3_server.endpoint) in policy.partition("img-src")[2].partition(";")[0]

    for own in ("main picture img", "#reviews img"):
        picture = page.locator(own).first
        picture.scroll_into_view_if_needed()
        page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    at_store = [(url, status) for url, status in fetched if url.startswith(s3_server.endpoint)]
    assert any("/media/" in url and "?" not in url and status == 200 for url, status in at_store)
    assert any("/private/" in url and "X-Amz-Signature" in url and status == 200 for url, status in at_store)
    assert not [words for words in refused if "Content Security Policy" in words]
    # A picture of anybody else is still kept out.
    assert page.evaluate(ASK_A_STRANGER) == "img-src"
    page.close()
