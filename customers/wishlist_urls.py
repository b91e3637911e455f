"""Saved things and what was looked at: for guests and customers alike."""

from django.urls import path

from customers import viewed_views, wishlist_views

app_name = "wishlist"
urlpatterns = [
    path("", wishlist_views.page, name="page"),
    path("change/", wishlist_views.change, name="change"),
    path("share/", wishlist_views.share, name="share"),
    path("share/stop/", wishlist_views.stop_sharing, name="share_stop"),
    path("shared/<str:token>/", wishlist_views.shared, name="shared"),
    path("viewed/clear/", viewed_views.clear, name="viewed_clear"),
]
