"""Writing reviews: who may, what is accepted, and what becomes of the rating."""

import io
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.errors import BadInput, NotFound
from orders.models import Order
from reviews.models import Review
from reviews.services import photos
from reviews.services.reviews import (
    AlreadyReviewed,
    NotBought,
    add_review,
    answer_review,
    delete_review,
    moderate,
)
from reviews.tests.factories import ReviewFactory, bought_order
from tests.downloads import fetch

pytestmark = pytest.mark.django_db(databases=["default", "documents"])
TEXT = "Sturdy, light, and it fits under the seat."
GOOD = {"rating": "5", "review": TEXT, "tags": "light, Sturdy, LIGHT"}


def rating_of(product):
    product = Product.objects.get(pk=product.pk)
    return product.rating, product.review_count


def picture(kind="JPEG", size=(40, 30), exif=None):
    data = io.BytesIO()
    Image.new("RGB", size, "#e91e63").save(data, kind, **({"exif": exif} if exif else {}))
    return data.getvalue()


def upload(data, name="photo.jpg"):
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def test_a_buyers_review_is_published_verified_and_counted(client, buyer, product):
    response = client.post(reverse("reviews:create", args=[product.slug]), GOOD)
    assert (response.status_code, response.url) == (302, product.get_absolute_url() + "#reviews")
    review = Review.objects.get()
    assert (review.review, review.rating, review.tags) == (TEXT, 5, ["light", "Sturdy"])
    assert review.customer_id == str(buyer.customer_id)
    assert review.order_number == Order.objects.get().number
    assert rating_of(product) == (Decimal("5.00"), 1)


@pytest.mark.parametrize(
    ("status", "payment_status", "may", "verified"),
    [
        ("pending", "unpaid", False, False),
        ("processing", "unpaid", False, False),
        ("processing", "paid", True, False),
        ("shipped", "unpaid", True, True),
        ("delivered", "paid", True, True),
        ("delivered", "partly_refunded", True, True),
        ("cancelled", "paid", False, False),
        ("refunded", "refunded", False, False),
    ],
)
def test_who_may_write_and_who_counts_as_verified(product, status, payment_status, may, verified):
    customer = UserFactory()
    bought_order(customer=customer, product=product, status=status, payment_status=payment_status)
    if may:
        assert add_review(customer=customer, product=product, text=TEXT, rating=4).is_verified is verified
    else:
        with pytest.raises(NotBought):
            add_review(customer=customer, product=product, text=TEXT, rating=4)
        assert not Review.objects.exists()


def test_who_did_not_buy_reads_why(client, product):
    bought_order(customer=UserFactory(), product=product)
    client.force_login(UserFactory())
    url = reverse("reviews:create", args=[product.slug])
    assert "written by people who bought" in client.get(url).content.decode()
    response = client.post(url, GOOD)
    assert response.status_code == 409
    assert "written by people who bought" in response.content.decode()
    assert not Review.objects.exists()


def test_a_second_review_is_refused_until_the_first_is_deleted(client, buyer, product):
    url = reverse("reviews:create", args=[product.slug])
    client.post(url, GOOD)
    response = client.post(url, GOOD)
    assert response.status_code == 409
    assert "reviewed this product already" in response.content.decode()
    assert Review.objects.count() == 1

    review = Review.objects.get()
    assert client.post(reverse("reviews:delete", args=[review.pk])).status_code == 302
    assert rating_of(product) == (Decimal(0), 0)
    assert client.post(url, GOOD).status_code == 302
    assert rating_of(product) == (Decimal(5), 1)


def test_the_database_refuses_what_two_at_once_would_write(buyer, product, monkeypatch):
    from reviews.services import reviews as service

    monkeypatch.setattr(service, "check_may_review", lambda **kwargs: None)
    add_review(customer=buyer, product=product, text=TEXT, rating=4, photo=io.BytesIO(picture()))
    before = storages["private"].listdir("reviews")[1]
    with pytest.raises(AlreadyReviewed):
        add_review(customer=buyer, product=product, text=TEXT, rating=4, photo=io.BytesIO(picture()))
    assert Review.objects.count() == 1
    assert storages["private"].listdir("reviews")[1] == before, "the refused photo was kept"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"review": "Too short"}, "Write at least 10 characters; these are 9."),
        ({"review": "   spaces      "}, "Write at least 10 characters; these are 6."),
        ({"review": "x" * 501}, "Write at most 500 characters; these are 501."),
        ({"rating": ""}, "Choose 1 to 5 stars"),
        ({"rating": "6"}, "Choose 1 to 5 stars"),
        ({"rating": "4.5"}, "Choose 1 to 5 stars"),
        ({"tags": "a,b,c,d,e,f"}, "Choose at most 5 tags"),
        ({"tags": "t" * 25}, "A tag has at most 24 characters"),
    ],
)
def test_bad_input_is_said_twice_and_kept(client, buyer, product, change, words):
    response = client.post(reverse("reviews:create", args=[product.slug]), GOOD | change)
    assert response.status_code == 400
    page = response.content.decode()
    assert page.count(words) == 2
    assert f"<title>Error: Review {product.name}" in page
    assert (GOOD | change)["tags"] in page
    assert not Review.objects.exists()


def test_other_peoples_reviews_are_not_there(client, buyer, product):
    review = ReviewFactory(product=product)
    assert client.post(reverse("reviews:delete", args=[review.pk])).status_code == 404
    assert Review.objects.filter(pk=review.pk).exists()
    with pytest.raises(NotFound):
        delete_review(review=review, actor=UserFactory())


def test_visitors_sign_in_first_and_unknown_products_are_404(client, buyer, product):
    client.logout()
    url = reverse("reviews:create", args=[product.slug])
    assert client.get(url).url == f"{reverse('account_login')}?next={url}"
    client.force_login(buyer)
    assert client.get(reverse("reviews:create", args=["nothing"])).status_code == 404
    Product.objects.filter(pk=product.pk).update(status="draft")
    assert client.get(url).status_code == 404


def test_deleting_twice_changes_nothing(product):
    staff = StaffFactory()
    keep, gone = ReviewFactory(product=product, rating=2), ReviewFactory(product=product, rating=5)
    delete_review(review=gone, actor=staff)
    delete_review(review=gone, actor=staff)
    assert rating_of(product) == (Decimal(2), 1)
    assert [review.pk for review in Review.objects.all()] == [keep.pk]


def test_only_published_reviews_count(product):
    staff = StaffFactory()
    good = ReviewFactory(product=product, rating=5)
    bad = ReviewFactory(product=product, rating=2)
    moderate(review=good, status="published", actor=staff)
    assert rating_of(product) == (Decimal("3.50"), 2)
    moderate(review=bad, status="rejected", actor=staff)
    moderate(review=bad, status="rejected", actor=staff)
    assert rating_of(product) == (Decimal(5), 1)
    with pytest.raises(BadInput):
        moderate(review=bad, status="nonsense", actor=staff)


def test_answers_are_dated_and_can_be_taken_away(product):
    staff, review = StaffFactory(), ReviewFactory(product=product)
    answer_review(review=review, text=" Thank you! ", actor=staff)
    review.refresh_from_db()
    first = review.answered_at
    assert (review.answer, bool(first)) == ("Thank you!", True)
    answer_review(review=review, text="Thank you!", actor=staff)
    assert review.answered_at == first
    answer_review(review=review, text="", actor=staff)
    assert (review.answer, review.answered_at) == ("", None)
    with pytest.raises(BadInput, match="1001 characters"):
        answer_review(review=review, text="x" * 1001, actor=staff)


def test_ratings_left_behind_by_a_crash_are_recounted(product, capsys):
    ReviewFactory(product=product, rating=4)
    ReviewFactory(product=product, rating=5)
    ReviewFactory(product=product, rating=5)
    empty = ProductFactory()
    Product.objects.filter(pk=empty.pk).update(rating=3, review_count=9)
    assert rating_of(product) == (Decimal(0), 0)

    call_command("recount_ratings")
    assert rating_of(product) == (Decimal("4.67"), 3)
    assert rating_of(empty) == (Decimal(0), 0)
    call_command("recount_ratings")
    assert capsys.readouterr().out == "2 ratings corrected\n0 ratings corrected\n"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photos_are_kept_privately_without_what_cameras_add(client, buyer, product, kind):
    exif = Image.Exif()
    exif[0x010E] = "Taken at home, Secret Street 1"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    data = picture(kind, exif=exif)
    assert b"Secret Street" in data
    response = client.post(
        reverse("reviews:create", args=[product.slug]), GOOD | {"photo": upload(data, "me.svg")}
    )
    assert response.status_code == 302
    review = Review.objects.get()
    stored = storages["private"].open(review.file_path).read()
    assert b"Secret Street" not in stored
    assert not Image.open(io.BytesIO(stored)).getexif()
    assert review.file_type == f"image/{kind.lower()}"

    address = reverse("reviews:photo", args=[review.pk])
    assert client.get(address)["X-Content-Type-Options"] == "nosniff"
    shown = fetch(client, address)
    assert shown.content == stored and shown.headers["Content-Type"] == review.file_type
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert shown.headers["Content-Disposition"].startswith("inline; filename=")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "could not read"),
        (b"GIF89a" + b"\0" * 50, "could not read"),
        (b"\xff\xd8\xff\xe0 not really", "could not read"),
        (picture()[:-200], "could not read"),
        (b"", "This file is empty"),
        (b"\xff\xd8\xff" + b"\0" * (5 * 1024 * 1024), "larger than 5 MB"),
    ],
)
def test_broken_uploads_get_a_clear_error(client, buyer, product, data, words):
    response = client.post(reverse("reviews:create", args=[product.slug]), GOOD | {"photo": upload(data)})
    assert response.status_code == 400
    assert response.content.decode().count(words) == 2
    assert TEXT in response.content.decode()
    assert not Review.objects.exists()


def test_a_picture_of_too_many_pixels_is_never_decoded(monkeypatch):
    monkeypatch.setattr(photos, "MAX_PIXELS", 40 * 30 - 1)
    monkeypatch.setattr(Image.Image, "convert", lambda *args: pytest.fail("decoded"))
    with pytest.raises(BadInput, match="megapixels"):
        photos.store_photo(io.BytesIO(picture()))


def test_photos_of_unpublished_reviews_are_for_author_and_staff(client, buyer, product):
    review = add_review(
        customer=buyer, product=product, text=TEXT, rating=4, photo=io.BytesIO(picture("PNG"))
    )
    url = reverse("reviews:photo", args=[review.pk])
    client.logout()
    assert fetch(client, url).status_code == 200
    moderate(review=review, status="held", actor=StaffFactory())
    assert fetch(client, url).status_code == 404
    client.force_login(UserFactory())
    assert fetch(client, url).status_code == 404
    for viewer in (buyer, StaffFactory()):
        client.force_login(viewer)
        assert fetch(client, url).status_code == 200
    storages["private"].delete(review.file_path)
    assert fetch(client, url).status_code == 404


def test_who_has_no_address_but_a_number_reviews_under_that_of_their_order(product):
    customer = UserFactory(phone="+4915112345678")
    order = bought_order(customer=customer, product=product)
    customer.email = None
    customer.save()
    review = add_review(customer=customer, product=product, text=TEXT, rating=4)
    assert review.customer_email == order.email
