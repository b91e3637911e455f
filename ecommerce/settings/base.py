"""What all parts of the settings begin with, and what Django is made of here."""

from pathlib import Path
from urllib.parse import urlsplit

from environs import env

from dashboard.unfold import UNFOLD  # noqa: F401 (a setting)
from ecommerce.lib.secret_key import load_or_create

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env.read_env(BASE_DIR / ".env", recurse=False)

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", False)
# Demo mode opens what a real shop must not have: the demo gateway and published sign-ins.
DEMO_MODE = env.bool("SHOP_DEMO", False)

# The one address under which the shop is reached; links in emails are built from it, never
# from the Host header of a request.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
site = urlsplit(SITE_URL)
HTTPS = site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [site.hostname, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECRET_KEY = env.str("SECRET_KEY", "") or load_or_create(VAR_DIR / "secret-key")
# Keys that were used before: what they signed, and the gift cards found by them, stay good.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

INSTALLED_APPS = [
    "ecommerce.apps.EcommerceConfig",
    "unfold.apps.BasicAppConfig",  # the default one would replace our site with its own
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "dashboard.site.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.facebook",
    "allauth.socialaccount.providers.google",
    "allauth.usersessions",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "phonenumber_field",
    "rest_framework",
    "tree_queries",
    "background",
    "webhooks",
    "catalog",
    "customers",
    "orders",
    "payments",
    "documents",
    "reviews",
    "support",
    "dashboard",
    "demo",
]

MIDDLEWARE = [
    "ecommerce.health.middleware.ForProgramsMiddleware",
    "ecommerce.request_log.RequestLogMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "ecommerce.middleware.BrowserRulesMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ecommerce.middleware.CompressTextMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "customers.middleware.SecondFactorMiddleware",
    "customers.viewed_middleware.ViewedMiddleware",
    "ecommerce.middleware.DomainErrorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "ecommerce.urls"
WSGI_APPLICATION = "ecommerce.wsgi.application"
# API routes answer with and without the slash, and a redirect would lose a POST body.
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ecommerce.context_processors.shop",
                "catalog.context_processors.navigation",
                "orders.context_processors.cart",
            ],
            "builtins": ["ecommerce.templatetags.shop"],
        },
    }
]
