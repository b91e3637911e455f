"""Reviews written while the document store is down: kept, told in words, and delivered once."""

import io
import json
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from catalog.models import Product
from catalog.tests.factories import ProductFactory
from customers.services.personal_data import person_of
from customers.tests.factories import StaffFactory, UserFactory
from ecommerce.lib.errors import BadInput
from reviews.models import KeptReview, RatingsChecked, Review
from reviews.services import keeping, personal_data, ratings
from reviews.services.reviews import AlreadyReviewed, NotBought, add_review, delete_review
from reviews.services.sweep import sweep
from reviews.tests.factories import ReviewFactory, bought_order
from reviews.tests.test_reviewing import GOOD, TEXT, picture, rating_of
from tests.documents_down import documents_down

pytestmark = [
    pytest.mark.django_db(databases=["default", "documents"]),
    pytest.mark.usefixtures("local_private_files"),
]


def kept_review(buyer, product, **fields):
    with documents_down():
        return add_review(customer=buyer, product=product, text=TEXT, rating=4, **fields)


def swept():
    """What the sweep did about reviews."""
    done = sweep(now=timezone.now())
    return {name: done[name] for name in ("kept reviews delivered", "ratings corrected")}


def test_the_shopper_writes_reads_that_it_is_kept_and_it_appears(client, buyer, product):
    url = reverse("reviews:create", args=[product.slug])
    with documents_down():
        assert "You can write yours all the same" in client.get(url).content.decode()
        photo = SimpleUploadedFile("me.jpg", picture(), content_type="image/jpeg")
        response = client.post(url, GOOD | {"photo": photo}, follow=True)
        page = response.content.decode()
        assert "Your review is kept and will appear soon." in page
        assert "Reviews cannot be shown right now" in page
        again = client.post(url, GOOD)
    assert again.status_code == 409 and "kept and will appear soon" in again.content.decode()
    assert not Review.all_objects.exists()

    kept = KeptReview.objects.get()
    assert swept() == {"kept reviews delivered": 1, "ratings corrected": 0}
    assert not KeptReview.objects.exists()
    review = Review.objects.get()
    assert review.pk == kept.document_id
    assert (review.review, review.rating, review.tags) == (TEXT, 5, ["light", "Sturdy"])
    assert (review.customer_id, review.product_id) == (str(buyer.customer_id), product.pk)
    assert review.is_verified and review.status == "published" and not review.is_kept
    # A document's dates have milliseconds.
    assert abs((review.review_date - kept.review_date).total_seconds()) < 0.001
    assert storages["private"].exists(review.file_path)
    assert rating_of(product) == (Decimal(5), 1)
    assert swept()["kept reviews delivered"] == 0
    assert TEXT in client.get(product.get_absolute_url()).content.decode()


def test_a_program_is_told_202_and_later_finds_it_by_its_id(client, buyer, product):
    wish = {"customer_id": str(buyer.customer_id), "product_id": product.pk, "review": TEXT, "rating": 4}
    with documents_down():
        response = client.post(reverse("api_reviews"), json.dumps(wish), content_type="application/json")
        again = client.post(reverse("api_reviews"), json.dumps(wish), content_type="application/json")
    assert (response.status_code, response.json()["status"]) == (202, "kept")
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    swept()
    assert Review.objects.get().pk == response.json()["review_id"]


def test_reading_and_deleting_say_in_a_code_that_reviews_are_away(client, buyer, product):
    review = ReviewFactory(product=product, customer=buyer)
    paths = {
        "get": reverse("api_product_reviews", args=[product.pk]),
        "delete": reverse("api_review", args=[review.pk]),
    }
    with documents_down():
        for method, path in paths.items():
            response = getattr(client, method)(path)
            assert (response.status_code, response.json()["code"]) == (503, "reviews_unavailable")
            assert response["Retry-After"]
        page = client.post(reverse("reviews:delete", args=[review.pk]))
    assert page.status_code == 503 and "Reviews cannot be shown right now" in page.content.decode()


@pytest.mark.parametrize("page", ["changelist", "change", "delete", "history"])
def test_the_staff_site_says_it_in_words(client, product, page):
    review = ReviewFactory(product=product)
    client.force_login(StaffFactory(is_superuser=True))
    url = reverse(f"admin:reviews_review_{page}", args=[] if page == "changelist" else [review.pk])
    assert client.get(url).status_code == 200
    with documents_down():
        response = client.get(url)
    assert response.status_code == 503
    assert "their database does not answer" in response.content.decode()


def test_the_staff_home_page_says_how_many_wait(client, buyer, product):
    kept_review(buyer, product)
    client.force_login(StaffFactory(is_superuser=True))
    with documents_down():
        page = client.get(reverse("admin:index")).content.decode()
    assert "Reviews cannot be read right now" in page
    assert "1 review written meanwhile is kept and will appear by itself." in page


def test_what_is_wrong_is_refused_as_ever_and_keeps_no_photo(buyer, product):
    photo = io.BytesIO(picture())
    with documents_down():
        with pytest.raises(BadInput):
            add_review(customer=buyer, product=product, text="short", rating=4)
        with pytest.raises(NotBought):
            add_review(customer=UserFactory(), product=product, text=TEXT, rating=4)
        add_review(customer=buyer, product=product, text=TEXT, rating=4)
        before = photos()
        with pytest.raises(AlreadyReviewed):
            add_review(customer=buyer, product=product, text=TEXT, rating=4, photo=photo)
    assert KeptReview.objects.count() == 1
    assert photos() == before


def photos():
    private = storages["private"]
    return sorted(private.listdir("reviews")[1]) if private.exists("reviews") else []


def test_two_forms_at_once_keep_one(buyer, product, monkeypatch):
    from reviews.services import reviews as service

    kept_review(buyer, product)
    monkeypatch.setattr(service, "check_may_review", lambda **kwargs: False)
    with pytest.raises(AlreadyReviewed):
        kept_review(buyer, product, photo=io.BytesIO(picture()))
    assert KeptReview.objects.count() == 1


@pytest.mark.parametrize("where", ["recount_rating", "forgetting the row"])
def test_a_crash_after_the_document_is_written_doubles_nothing(buyer, product, monkeypatch, where):
    kept_review(buyer, product)
    with monkeypatch.context() as patch:
        if where == "recount_rating":
            patch.setattr(keeping, "recount_rating", _crash)
        else:
            patch.setattr(KeptReview, "delete", _crash)
        with pytest.raises(SystemExit):
            keeping.deliver_kept()
    assert Review.objects.count() == KeptReview.objects.count() == 1
    assert swept()["kept reviews delivered"] == 1
    assert Review.objects.count() == 1 and not KeptReview.objects.exists()
    assert rating_of(product) == (Decimal(4), 1)


def _crash(*args, **kwargs):
    raise SystemExit


def test_an_answer_that_was_lost_keeps_a_review_that_is_there(buyer, product, monkeypatch):
    """The store wrote it and died before it said so."""

    def save(self, *args, **kwargs):
        raise OperationalError("the connection was lost")

    with monkeypatch.context() as patch:
        patch.setattr(Review, "save", save)
        review = add_review(customer=buyer, product=product, text=TEXT, rating=4)
    assert review.is_kept
    review.save(force_insert=True)
    assert Review.objects.count() == KeptReview.objects.count() == 1
    swept()
    assert Review.objects.count() == 1 and not KeptReview.objects.exists()
    assert rating_of(product) == (Decimal(4), 1)


def test_what_its_author_deleted_meanwhile_does_not_come_back(buyer, product, monkeypatch):
    kept_review(buyer, product)
    with monkeypatch.context() as patch:
        patch.setattr(KeptReview, "delete", _crash)
        with pytest.raises(SystemExit):
            keeping.deliver_kept()
    delete_review(review=Review.objects.get(), actor=buyer)
    swept()
    assert not Review.objects.exists() and not KeptReview.objects.exists()
    assert rating_of(product) == (Decimal(0), 0)


def test_a_customer_who_had_written_before_keeps_the_first(buyer, product):
    first = ReviewFactory(product=product, customer=buyer, rating=2)
    kept_review(buyer, product, photo=io.BytesIO(picture()))
    assert len(photos()) == 1
    assert swept()["kept reviews delivered"] == 0
    assert Review.objects.get().pk == first.pk and not KeptReview.objects.exists()
    assert photos() == []


def test_while_the_store_is_down_the_sweep_waits(buyer, product):
    kept_review(buyer, product)
    with documents_down():
        assert swept() == {"kept reviews delivered": 0, "ratings corrected": 0}
    assert KeptReview.objects.count() == 1


def test_one_that_cannot_be_delivered_does_not_hold_up_the_others(buyer, product, monkeypatch):
    kept_review(buyer, product)
    other = UserFactory()
    bought_order(customer=other, product=product)
    kept_review(other, product)
    bad = KeptReview.objects.order_by("pk").first()
    KeptReview.objects.filter(pk=bad.pk).update(product_title="")
    assert swept()["kept reviews delivered"] == 1
    assert KeptReview.objects.get().pk == bad.pk


def test_it_is_handed_out_and_erased_as_personal_data(buyer, product):
    kept_review(buyer, product, photo=io.BytesIO(picture()))
    other = UserFactory()
    bought_order(customer=other, product=product)
    kept_review(other, product)
    person = person_of(buyer)
    (row,) = personal_data.collect(person)["reviews_to_appear"]
    assert (row["review"], row["customer_email"]) == (TEXT, buyer.email)
    assert len(list(personal_data.files(person))) == 1
    personal_data.erase(person, timezone.now())
    personal_data.erase(person, timezone.now())
    assert KeptReview.objects.get().customer == other
    assert photos() == []


def test_a_rating_left_behind_by_a_crash_is_found_by_the_sweep(product, django_assert_max_num_queries):
    swept()
    assert RatingsChecked.objects.count() == 1
    ReviewFactory.create_batch(3, product=product, rating=5)
    others = ProductFactory.create_batch(3)
    Product.objects.filter(pk=others[0].pk).update(rating=1, review_count=9)  # nobody touched its reviews
    assert rating_of(product) == (Decimal(0), 0)
    with django_assert_max_num_queries(3, using="documents"):
        assert ratings.recount_changed(now=timezone.now()) == 1
    assert rating_of(product) == (Decimal(5), 3)
    assert rating_of(others[0]) == (Decimal(1), 9)
    assert swept()["ratings corrected"] == 0


def test_the_first_time_all_ratings_are_compared(product):
    Product.objects.filter(pk=product.pk).update(rating=1, review_count=9)
    assert swept()["ratings corrected"] == 1
    assert rating_of(product) == (Decimal(0), 0)
