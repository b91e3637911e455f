"""All addresses of the site. Each app keeps its own in `<app>/urls.py`."""

from django.contrib import admin
from django.urls import include, path, re_path

from ecommerce import views
from ecommerce.health import views as health
from ecommerce.metrics import views as metrics

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("orders.urls")),
    path("", include("payments.urls")),
    path("", include("documents.urls")),
    path("", include("reviews.urls")),
    path("", include("support.urls")),
    path("account/", include("customers.urls")),
    path("wishlist/", include("customers.wishlist_urls")),
    path("account/", include("allauth.urls")),
    path("pages/<slug:slug>/", views.page, name="page"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("media/<path:path>", views.media, name="media"),
    path("admin/", admin.site.urls),
    path("api", include("ecommerce.api_urls")),
    # Answered by ForProgramsMiddleware before they come here.
    re_path(r"^health/live/?$", health.live, name="health_live"),
    re_path(r"^health/ready/?$", health.ready, name="health_ready"),
    re_path(r"^metrics/?$", metrics.metrics, name="metrics"),
]

handler400 = "ecommerce.views.bad_request"
handler500 = "ecommerce.views.server_error"
