"""File routes under /api, with and without the trailing slash."""

from django.urls import re_path

from documents.api import views

urlpatterns = [
    re_path(
        r"^orders/(?P<order_id>\d{1,18})/files/?$", views.OrderFilesView.as_view(), name="api_order_files"
    ),
]
