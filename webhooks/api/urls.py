"""Routes under /api for webhooks, each with and without the trailing slash."""

from django.urls import re_path

from webhooks.api import deliveries, views

_ID = r"[0-9]{1,18}"

urlpatterns = [
    re_path(r"^webhooks/?$", views.WebhooksView.as_view(), name="api_webhooks"),
    re_path(r"^webhooks/events/?$", views.EventTypesView.as_view(), name="api_webhook_events"),
    re_path(rf"^webhooks/(?P<webhook_id>{_ID})/?$", views.WebhookView.as_view(), name="api_webhook_one"),
    re_path(
        rf"^webhooks/(?P<webhook_id>{_ID})/rotate/?$", views.RotateView.as_view(), name="api_webhook_rotate"
    ),
    re_path(
        rf"^webhooks/(?P<webhook_id>{_ID})/test/?$", deliveries.TestView.as_view(), name="api_webhook_test"
    ),
    re_path(
        rf"^webhooks/(?P<webhook_id>{_ID})/deliveries/?$",
        deliveries.DeliveriesView.as_view(),
        name="api_webhook_deliveries",
    ),
    re_path(
        rf"^webhooks/(?P<webhook_id>{_ID})/deliveries/(?P<delivery_id>{_ID})/replay/?$",
        deliveries.ReplayView.as_view(),
        name="api_webhook_replay",
    ),
]
