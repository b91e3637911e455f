"""Sign-in routes under /api, with and without the trailing slash."""

from django.urls import re_path

from customers.api import views

urlpatterns = [
    re_path(r"^signin/?$", views.SignInView.as_view(), name="api_signin"),
    re_path(r"^auth/validate/?$", views.ValidateView.as_view(), name="api_validate"),
    re_path(r"^auth/admin/login/?$", views.StaffSignInView.as_view(), name="api_staff_signin"),
    re_path(r"^auth/logout/?$", views.LogoutView.as_view(), name="api_logout"),
]
