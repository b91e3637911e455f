"""The REST API."""

from datetime import timedelta

from ecommerce.settings.base import env

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "customers.api.authentication.TokenAuthentication",
        "customers.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["ecommerce.lib.api_formats.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ecommerce.lib.api_formats.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "ecommerce.lib.api.PageNumberPagination",
    "DEFAULT_THROTTLE_CLASSES": ["ecommerce.lib.api_throttles.RouteThrottle"],
    "DEFAULT_SCHEMA_CLASS": "ecommerce.lib.api_schema.AutoSchema",
    "EXCEPTION_HANDLER": "ecommerce.lib.api.problem_handler",
    "DATETIME_FORMAT": None,  # the renderer writes times, in UTC
    "COERCE_DECIMAL_TO_STRING": False,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Requests of one caller by class of route (`route_class` of the view).
API_RATES = {
    "browse": env.str("API_RATE_BROWSE", "600/min"),
    "checkout": env.str("API_RATE_CHECKOUT", "120/min"),
    "manage": env.str("API_RATE_MANAGE", "1200/min"),
    "sign-in": env.str("API_RATE_SIGN_IN", "20/min"),
    "codes": env.str("API_RATE_CODES", "20/10min"),
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Token", "TOKEN_TTL": timedelta(days=30)}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alcove shop API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api",
    "COMPONENT_SPLIT_REQUEST": True,
    "DESCRIPTION": (
        "Everything the shop does, for programs. Every route answers with and without the trailing "
        "slash; errors are problem documents (RFC 9457) with a stable `code`; money is a number in the "
        "shop's currency, times are UTC."
    ),
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "ecommerce.lib.api_schema.without_slashes",
        "ecommerce.lib.api_schema.with_problems",
    ],
    "TAGS": [
        {"name": "Catalogue", "description": "Stores, categories and products."},
        {"name": "Stock", "description": "How many there are, kept and taken."},
        {"name": "Cart", "description": "What a shopper is about to order, with a live quote."},
        {"name": "Coupons", "description": "Discount codes, for staff."},
        {"name": "Orders", "description": "Placing, following and changing orders; returns and withdrawal."},
        {"name": "Payments", "description": "Payments, refunds and gift cards."},
        {"name": "Reviews", "description": "What customers say of a product, and ask about it."},
        {"name": "Sign-in", "description": "Tokens, for customers and staff."},
        {"name": "Webhooks", "description": "Messages about what happens, for other programs."},
        {"name": "Older names", "description": "The same shop by the names of older programs."},
    ],
    "ENUM_NAME_OVERRIDES": {
        "DeliveryKindEnum": "orders.models.ShippingMethod.Kind",
        "DiscountKindEnum": "orders.models.Discount.Kind",
        "GiftCardKindEnum": "payments.models.GiftCard.Kind",
    },
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "displayOperationId": False},
}
