"""The account pages. Sign-in and everything around passwords is allauth's, under the same path."""

from django.urls import path, re_path

from customers import (
    account_views,
    code_views,
    email_code_views,
    mfa_views,
    phone_views,
    program_views,
    social_views,
    views,
    welcome_views,
)

app_name = "customers"
urlpatterns = [
    path("", views.account, name="account"),
    path("profile/", views.profile, name="profile"),
    path("addresses/", views.addresses, name="addresses"),
    path("addresses/new/", views.address_add, name="address_add"),
    path("addresses/<int:pk>/", views.address_edit, name="address_edit"),
    path("addresses/<int:pk>/delete/", views.address_delete, name="address_delete"),
    path("addresses/<int:pk>/default/", views.address_default, name="address_default"),
    path("phone/", phone_views.confirm, name="phone"),
    path("phone/code/", phone_views.send_code, name="phone_code"),
    path("code/", code_views.ask, name="code"),
    path("code/enter/", code_views.enter, name="code_enter"),
    path("code/again/", code_views.again, name="code_again"),
    path("start-again/", account_views.start_again, name="start_again"),
    path("welcome/", welcome_views.welcome, name="welcome"),
    path("email-code/", email_code_views.ask, name="email_code"),
    path("email-code/enter/", email_code_views.enter, name="email_code_enter"),
    path("programs/", program_views.programs, name="programs"),
    path("programs/end/", program_views.end_programs, name="programs_end"),
    path("programs/<slug:token_id>/end/", program_views.end_program, name="program_end"),
    # The addresses of allauth's own pages, met here first; they keep allauth's names.
    path("login/", account_views.login),
    path("signup/", account_views.signup),
    path("email/", account_views.email),
    path("confirm-email/", account_views.email_code),
    path("reauthenticate/", account_views.reauthenticate),
    path("2fa/", mfa_views.index),
    path("2fa/authenticate/", mfa_views.authenticate),
    path("2fa/reauthenticate/", mfa_views.reauthenticate),
    path("2fa/totp/activate/", mfa_views.activate_totp),
    path("2fa/webauthn/add/", mfa_views.add_passkey),
    path("2fa/webauthn/reauthenticate/", mfa_views.reauthenticate_passkey),
    path("2fa/webauthn/keys/<int:pk>/edit/", mfa_views.rename_passkey),
    path("2fa/webauthn/keys/<int:pk>/remove/", mfa_views.remove_passkey),
    path("password/change/", account_views.password_change),
    path("password/set/", account_views.password_set),
    path("password/reset/", account_views.password_reset),
    path("3rdparty/", social_views.connections),
    path("3rdparty/signup/", social_views.address),
    path("3rdparty/signup/code/", social_views.code, name="social_code"),
    re_path(r"^(?P<provider>facebook|google)/login/$", social_views.start),
    re_path(r"^(?P<provider>facebook|google)/login/callback/$", social_views.callback),
    re_path(r"^(?:facebook|google)/login/token/$", social_views.no_tokens),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", account_views.password_reset_from_key
    ),
]
