"""The account pages. Sign-in and everything around passwords is allauth's, under the same path."""

from django.urls import path, re_path

from customers import (
    account_views,
    consent_views,
    data_views,
    phone_views,
    program_views,
    session_views,
    views,
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
    path("programs/", program_views.programs, name="programs"),
    path("programs/end/", program_views.end_programs, name="programs_end"),
    path("programs/<slug:token_id>/end/", program_views.end_program, name="program_end"),
    path("sessions/", session_views.sessions, name="sessions"),
    path("sessions/end/", session_views.end_other_sessions, name="sessions_end"),
    path("sessions/<int:session_id>/end/", session_views.end_session, name="session_end"),
    path("agreements/", consent_views.agreements, name="agreements"),
    path("agreements/news/", consent_views.marketing, name="marketing"),
    path("unsubscribe/<str:key>/", consent_views.unsubscribe, name="unsubscribe"),
    path("data/", data_views.data, name="data"),
    path("data/export/", data_views.export, name="data_export"),
    path("data/<uuid:public_id>/file/", data_views.download, name="data_file"),
    path("data/erase/", data_views.erase, name="erase"),
    path("data/erase/<uuid:public_id>/cancel/", data_views.cancel_erasure, name="erasure_cancel"),
    path("erasure/<uuid:public_id>/", data_views.erasure, name="erasure"),
    # The addresses of allauth's own pages, met here first; they keep allauth's names.
    path("login/", account_views.login),
    path("signup/", account_views.signup),
    path("email/", account_views.email),
    path("reauthenticate/", account_views.reauthenticate),
    path("password/change/", account_views.password_change),
    path("password/set/", account_views.password_set),
    path("password/reset/", account_views.password_reset),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", account_views.password_reset_from_key
    ),
]
