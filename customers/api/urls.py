"""Sign-in routes under /api, with and without the trailing slash."""

from django.urls import re_path

from customers.api import codes, tokens, views

urlpatterns = [
    re_path(r"^signin/?$", views.SignInView.as_view(), name="api_signin"),
    re_path(r"^auth/validate/?$", views.ValidateView.as_view(), name="api_validate"),
    re_path(r"^auth/admin/login/?$", views.StaffSignInView.as_view(), name="api_staff_signin"),
    re_path(
        r"^auth/customer/request-otp/?$", codes.RequestCodeView.as_view(), name="api_customer_request_otp"
    ),
    re_path(r"^auth/customer/login/?$", codes.CodeSignInView.as_view(), name="api_customer_signin"),
    re_path(r"^auth/logout/?$", views.LogoutView.as_view(), name="api_logout"),
    re_path(r"^auth/me/?$", tokens.MeView.as_view(), name="api_me"),
    re_path(r"^auth/tokens/?$", tokens.TokensView.as_view(), name="api_tokens"),
    re_path(r"^auth/tokens/(?P<token_id>[0-9a-f]+)/?$", tokens.TokenView.as_view(), name="api_token"),
]
