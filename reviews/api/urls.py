"""Review routes under /api. A product's number lists, a review's id (a UUID) deletes."""

from django.urls import re_path

from reviews.api import views

urlpatterns = [
    re_path(r"^reviews/?$", views.AddReviewView.as_view(), name="api_reviews"),
    re_path(
        r"^reviews/(?P<product_id>[0-9]{1,18})/?$",
        views.ProductReviewsView.as_view(),
        name="api_product_reviews",
    ),
    re_path(r"^reviews/(?P<review_id>[0-9a-f-]{36})/?$", views.ReviewView.as_view(), name="api_review"),
]
