"""Reviews for programs: the documented shapes, and the errors."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from customers.services.tokens import issue_token
from customers.tests.factories import StaffFactory, UserFactory
from reviews.models import Review
from reviews.tests.factories import ReviewFactory, bought_order

pytestmark = pytest.mark.django_db(databases=["default", "documents"])


@pytest.fixture
def buyer(product):
    user = UserFactory()
    bought_order(customer=user, product=product)
    return user


def auth(user):
    return {"authorization": f"Bearer {issue_token(user=user)}"}


def body(user, product, **changes):
    data = {"customer_id": str(user.customer_id), "product_id": product.pk, "review": "Great product!"}
    return data | {"rating": 5} | changes


def post(client, data, user):
    return client.post("/api/reviews", data, content_type="application/json", headers=auth(user))


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_review_is_added_listed_and_deleted(client, buyer, product, slash):
    headers = auth(buyer)
    added = client.post(
        f"/api/reviews{slash}", body(buyer, product), content_type="application/json", headers=headers
    )
    assert added.status_code == 201
    review = Review.objects.get()
    assert added.json() == {"message": "Review added successfully", "review_id": review.pk}

    listed = client.get(f"/api/reviews/{product.pk}{slash}").json()
    assert listed["reviews"][0] | {"review_date": ""} == {
        "review_id": review.pk,
        "customer_id": str(buyer.customer_id),
        "review": "Great product!",
        "rating": 5,
        "review_date": "",
        "verified": True,
        "tags": [],
        "answer": "",
    }
    assert listed["reviews"][0]["review_date"].endswith("Z")
    assert (listed["average"], listed["count"]) == (5.0, 1)
    assert listed["distribution"] == {"1": 0, "2": 0, "3": 0, "4": 0, "5": 1}

    deleted = client.delete(f"/api/reviews/{review.pk}{slash}", headers=headers)
    assert deleted.json() == {"message": "Review deleted successfully"}
    assert client.delete(f"/api/reviews/{review.pk}{slash}", headers=headers).status_code == 404


def test_a_photo_comes_as_multipart(client, buyer, product):
    data = io.BytesIO()
    Image.new("RGB", (20, 20)).save(data, "PNG")
    photo = SimpleUploadedFile("p.png", data.getvalue(), "image/png")
    added = client.post(
        "/api/reviews", body(buyer, product, photo=photo, tags="light,blue"), headers=auth(buyer)
    )
    assert added.status_code == 201
    review = Review.objects.get()
    assert (review.file_type, review.tags) == ("image/png", ["light", "blue"])
    broken = SimpleUploadedFile("p.png", b"nonsense", "image/png")
    other = UserFactory()
    bought_order(customer=other, product=product)
    refused = client.post("/api/reviews", body(other, product, photo=broken), headers=auth(other))
    assert refused.status_code == 400
    assert "could not read" in refused.json()["errors"]["photo"][0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": 6}, "rating"),
        ({"rating": "many"}, "rating"),
        ({"review": "short"}, "review"),
        ({"review": "x" * 501}, "review"),
        ({"product_id": 0}, "product_id"),
        ({"customer_id": "1"}, "customer_id"),
        ({"tags": ["a", "b", "c", "d", "e", "f"]}, "tags"),
    ],
)
def test_bad_values_are_named(client, buyer, product, changes, field):
    response = post(client, body(buyer, product, **changes), buyer)
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert response["Content-Type"] == "application/problem+json"


def test_repeats_strangers_and_unknown_things(client, buyer, product):
    assert post(client, body(buyer, product), buyer).status_code == 201
    again = post(client, body(buyer, product), buyer)
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    stranger = UserFactory()
    never = post(client, body(stranger, product), stranger)
    assert (never.status_code, never.json()["code"]) == (409, "not_bought")
    assert post(client, body(buyer, product), stranger).status_code == 404
    assert post(client, body(stranger, product, customer_id=str(uuid.uuid4())), stranger).status_code == 404
    assert post(client, body(buyer, product, product_id=10**9), buyer).status_code == 404
    nobody = client.post("/api/reviews", body(buyer, product), content_type="application/json")
    assert nobody.status_code == 401
    review = Review.objects.get()
    assert client.delete(f"/api/reviews/{review.pk}", headers=auth(stranger)).status_code == 404
    assert client.delete(f"/api/reviews/{review.pk}").status_code == 401
    clerk = UserFactory(is_staff=True)
    assert client.delete(f"/api/reviews/{review.pk}", headers=auth(clerk)).status_code == 403
    assert client.delete(f"/api/reviews/{review.pk}", headers=auth(StaffFactory())).status_code == 200
    assert client.get("/api/reviews/999999").status_code == 404


@pytest.mark.parametrize("count", [2, 30])
def test_lists_are_paged_at_a_constant_cost(client, product, count, django_assert_num_queries):
    ReviewFactory.create_batch(count, product=product)
    with django_assert_num_queries(3, using="documents"), django_assert_num_queries(1):
        listed = client.get(f"/api/reviews/{product.pk}?page_size=10").json()
    assert len(listed["reviews"]) == min(count, 10)
    assert listed["count"] == count
    assert bool(listed["next"]) is (count > 10)
