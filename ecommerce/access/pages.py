"""Who may use which page of the shop, by the name of its address (or the address, where it has none)."""

from ecommerce.access.rules import (
    ANYBODY,
    LINK,
    NOBODY,
    SIGNED_IN,
    UNDERWAY,
    Methods,
    Rule,
    Who,
    button,
    form,
    owner,
    page,
)

_BANK_ANSWERS = Rule(who=Who.LINK, writes="The bank sends the shopper back here; what it says is booked.")

_CATALOGUE: dict[str, Methods] = {
    "catalog:home": page(ANYBODY),
    "catalog:product_list": page(ANYBODY),
    "catalog:category": page(ANYBODY),
    "catalog:search": page(ANYBODY),
    "catalog:suggest": page(ANYBODY),
    "catalog:product": page(ANYBODY),
    "catalog:notify": button(ANYBODY),
    "catalog:stock_request": form(LINK),
    "catalog:sitemap": page(ANYBODY),
    "catalog:sitemap_file": page(ANYBODY),
    "catalog:robots": page(ANYBODY),
}

# A basket is found by the session alone: an address names only lines of the visitor's own.
_BASKET: dict[str, Methods] = {
    "orders:cart": page(ANYBODY),
    "orders:cart_drawer": page(ANYBODY),
    "orders:cart_add": button(ANYBODY),
    "orders:cart_accept": button(ANYBODY),
    "orders:cart_hold": button(owner()),
    "orders:cart_update": button(owner()),
    "orders:cart_remove": button(owner()),
    "orders:cart_destination": button(ANYBODY),
    "orders:coupon_add": button(ANYBODY),
    "orders:coupon_remove": button(owner()),
    "orders:checkout": page(ANYBODY),
    "orders:checkout_contact": form(ANYBODY),
    "orders:checkout_address": form(ANYBODY),
    "orders:checkout_delivery": form(ANYBODY),
    "orders:checkout_review": form(ANYBODY),
    "payments:place": button(ANYBODY),
    "payments:gift_card_use": button(ANYBODY),
    "payments:gift_card_remove": button(owner()),
    "payments:store_credit_use": button(ANYBODY),
    "payments:gift_card": form(ANYBODY),
}

# An order's address has a token that nobody can guess: guests have nothing else.
_ORDERS: dict[str, Methods] = {
    "orders:track_lookup": form(ANYBODY),
    "orders:track": page(LINK),
    "orders:confirmation": page(LINK),
    "orders:address": form(LINK),
    "orders:return_new": form(LINK),
    "orders:return": page(LINK),
    "orders:return_cancel": button(LINK),
    "orders:history": page(SIGNED_IN),
    "orders:history_detail": page(owner()),
    "orders:reorder": button(owner()),
    "payments:cancel": button(LINK),
    "payments:start": form(LINK),
    "payments:return": page(_BANK_ANSWERS),
    "payments:late": form(LINK),
    "payments:withdraw": form(ANYBODY),
    "payments:withdrawal": page(LINK),
    "payments:demo_bank": form(LINK),
    "documents:download": page(owner("documents.view_orderfile", link=True)),
}

_FEEDBACK: dict[str, Methods] = {
    "reviews:create": form(SIGNED_IN),
    "reviews:delete": button(owner("reviews.delete_review")),
    "reviews:photo": page(ANYBODY),
    "support:contact": form(ANYBODY),
    "support:thanks": page(ANYBODY),
}

_ACCOUNT: dict[str, Methods] = {
    "customers:account": page(SIGNED_IN),
    "customers:profile": form(SIGNED_IN),
    "customers:addresses": page(SIGNED_IN),
    "customers:address_add": form(SIGNED_IN),
    "customers:address_edit": form(owner()),
    "customers:address_delete": form(owner()),
    "customers:address_default": button(owner()),
    "customers:code": form(ANYBODY),
    "customers:code_enter": form(UNDERWAY),
    "customers:code_again": button(UNDERWAY),
    "customers:start_again": button(ANYBODY),
    "customers:social_code": form(UNDERWAY),
    "customers:welcome": form(SIGNED_IN),
    "usersessions_list": form(SIGNED_IN),
    "customers:phone": form(SIGNED_IN),
    "customers:phone_code": button(SIGNED_IN),
    "customers:programs": page(SIGNED_IN),
    "customers:programs_end": button(SIGNED_IN),
    "customers:program_end": button(owner()),
}

_SIGN_IN: dict[str, Methods] = {
    "account_login": form(ANYBODY),
    "account_logout": form(ANYBODY),
    "account_inactive": page(ANYBODY),
    "account_signup": form(ANYBODY),
    "account_reauthenticate": form(SIGNED_IN),
    "account_email": form(SIGNED_IN),
    "account_email_verification_sent": form(UNDERWAY),
    "account_confirm_login_code": form(UNDERWAY),
    "account_change_password": form(SIGNED_IN),
    "account_set_password": form(SIGNED_IN),
    "account_reset_password": form(ANYBODY),
    "account_reset_password_done": page(ANYBODY),
    "account_reset_password_from_key": form(LINK),
    "account_reset_password_from_key_done": page(ANYBODY),
    "mfa_index": page(SIGNED_IN),
    "mfa_authenticate": form(UNDERWAY),
    "mfa_reauthenticate": form(SIGNED_IN),
    "mfa_activate_totp": form(SIGNED_IN),
    "mfa_deactivate_totp": form(owner()),
    "mfa_view_recovery_codes": page(owner()),
    "mfa_generate_recovery_codes": form(SIGNED_IN),
    "mfa_download_recovery_codes": page(owner()),
    "socialaccount_login_cancelled": page(ANYBODY),
    "socialaccount_login_error": page(ANYBODY),
    "socialaccount_signup": form(UNDERWAY),
    "socialaccount_connections": form(SIGNED_IN),
    "facebook_login": form(ANYBODY),
    "facebook_callback": page(ANYBODY),
    "facebook_login_by_token": form(NOBODY),
    "google_login": form(ANYBODY),
    "google_callback": page(ANYBODY),
    "google_login_by_token": form(NOBODY),
}

# Pages of the shop that stand before allauth's at the same address, and old addresses of those.
_NAMELESS: dict[str, Methods] = {
    "account/login/": form(ANYBODY),
    "account/signup/": form(ANYBODY),
    "account/email/": form(SIGNED_IN),
    "account/reauthenticate/": form(SIGNED_IN),
    "account/password/change/": form(SIGNED_IN),
    "account/password/set/": form(SIGNED_IN),
    "account/password/reset/": form(ANYBODY),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": form(LINK),
    "account/confirm-email/": form(UNDERWAY),
    "account/3rdparty/": form(SIGNED_IN),
    "account/3rdparty/signup/": form(UNDERWAY),
    "account/^(?P<provider>facebook|google)/login/$": form(ANYBODY),
    "account/^(?P<provider>facebook|google)/login/callback/$": page(ANYBODY),
    "account/^(?:facebook|google)/login/token/$": form(NOBODY),
    "account/social/login/cancelled/": page(ANYBODY),
    "account/social/login/error/": page(ANYBODY),
    "account/social/signup/": page(ANYBODY),
    "account/social/connections/": page(ANYBODY),
}

_OTHER: dict[str, Methods] = {
    "page": page(ANYBODY),
    "styleguide": page(ANYBODY),
    "media": page(ANYBODY),
}

PAGES = _CATALOGUE | _BASKET | _ORDERS | _FEEDBACK | _ACCOUNT | _SIGN_IN | _NAMELESS | _OTHER
