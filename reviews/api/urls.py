"""Routes of feedback under /api. A product's number lists reviews, a review's id (a UUID) deletes one."""

from django.urls import re_path

from reviews.api import question_views, views

urlpatterns = [
    re_path(r"^reviews/?$", views.AddReviewView.as_view(), name="api_reviews"),
    re_path(
        r"^reviews/(?P<product_id>[0-9]{1,18})/?$",
        views.ProductReviewsView.as_view(),
        name="api_product_reviews",
    ),
    re_path(r"^reviews/(?P<review_id>[0-9a-f-]{36})/?$", views.ReviewView.as_view(), name="api_review"),
    re_path(
        r"^products/(?P<product_id>[0-9]{1,18})/questions/?$",
        question_views.ProductQuestionsView.as_view(),
        name="api_product_questions",
    ),
]
