"""One settings file for every place the shop runs.

With no environment at all it is a shop on one machine: SQLite twice, local files, local
cache, tasks in process. Each real service replaces its embedded stand-in when its variable
is set; README.md has the table. `ecommerce/checks.py` refuses values that are unsafe in
production.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from environs import env, validate
from kombu import Exchange, Queue
from whitenoise.compress import Compressor

from dashboard.schedule import beat_schedule
from dashboard.unfold import UNFOLD  # noqa: F401 (a setting)
from ecommerce.lib.bucket import bucket_base, client_config, origin
from ecommerce.lib.queues import DEFAULT, QUEUES, VISIBILITY
from ecommerce.lib.secret_key import load_or_create
from ecommerce.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(BASE_DIR / ".env", recurse=False)

VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var"))).resolve()
DEBUG = env.bool("DEBUG", False)
# Demo mode opens what a real shop must not have: the demo gateway and published sign-ins.
DEMO_MODE = env.bool("SHOP_DEMO", False)

# The one address under which the shop is reached; links in emails are built from it, never
# from the Host header of a request.
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
_site = urlsplit(SITE_URL)
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [_site.hostname, "localhost", "127.0.0.1", "[::1]"])
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

# --- Data ---------------------------------------------------------------------------------

_SQLITE_OPTIONS = {
    # Take the write lock at BEGIN: a read that turns into a write later could otherwise fail
    # with "database is locked" instead of waiting its turn.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;"
        "PRAGMA temp_store=MEMORY;"
    ),
}


def _sqlite(name: str) -> dict:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / f"{name}.sqlite3",
        "OPTIONS": dict(_SQLITE_OPTIONS),
        "TEST": {"NAME": VAR_DIR / f"test-{name}.sqlite3"},
    }


def _server(variable: str) -> dict:
    """The database of a URL; for MySQL and MariaDB with what the shop relies on."""
    database = dict(env.dj_db_url(variable))
    if database["ENGINE"].endswith("mysql"):
        database["ENGINE"] = "ecommerce.mysql"
        database["OPTIONS"] = {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            # Nobody waits for a lock longer than a page may take: "busy, nothing was changed" comes sooner.
            "init_command": (
                "SET sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION',"
                f" innodb_lock_wait_timeout={env.int('DATABASE_LOCK_SECONDS', 8)}"
            ),
        }
    return database


DATABASES = {"default": _sqlite("shop"), "documents": _sqlite("documents")}
# Where documents can be; `documents` is one of them, and `copy_documents` goes between them.
DOCUMENT_STORES = {"embedded": DATABASES["documents"]}
if env.str("DATABASE_URL", ""):
    DATABASES["default"] = _server("DATABASE_URL")
# A copy of the database that pages read the catalogue from; it may be behind by so many seconds.
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", 10)
if env.str("REPLICA_DATABASE_URL", ""):
    DATABASES["replica"] = _server("REPLICA_DATABASE_URL") | {"TEST": {"MIRROR": "default"}}
    if DATABASES["replica"]["ENGINE"].endswith("mysql"):
        # A page does not wait long for a replica: it goes to the primary.
        DATABASES["replica"]["OPTIONS"] |= {"connect_timeout": 2, "read_timeout": 5}
    MIDDLEWARE.insert(1, "ecommerce.replica_middleware.ReplicaMiddleware")
if env.str("MONGODB_URI", ""):
    _mongo_name = urlsplit(env.str("MONGODB_URI")).path.strip("/") or "shop"
    DOCUMENT_STORES["mongodb"] = DATABASES["documents"] = {
        "ENGINE": "ecommerce.mongodb",
        "HOST": env.str("MONGODB_URI"),
        "NAME": _mongo_name,
        # Pages go on without their reviews; they must not wait half a minute to find that out.
        "OPTIONS": {
            "serverSelectionTimeoutMS": 2000,
            "connectTimeoutMS": 2000,
            "socketTimeoutMS": 10_000,
            "heartbeatFrequencyMS": 3000,
        },
    }
for _database in DATABASES.values():
    _database.setdefault("CONN_MAX_AGE", 600)
    _database.setdefault("CONN_HEALTH_CHECKS", True)
DATABASE_ROUTERS = ["ecommerce.routers.DocumentsRouter"]
if "replica" in DATABASES:
    DATABASE_ROUTERS.insert(0, "ecommerce.routers.ReplicaRouter")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "ecommerce.lib.redis_cache.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Room enough that nobody pushes out what is counted by asking for something else.
        else {
            "BACKEND": "ecommerce.lib.caches.LocalCache",
            "LOCATION": "shop",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    )
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
if REDIS_URL:
    CACHES["sessions"] = {
        "BACKEND": "ecommerce.lib.redis_cache.StrictCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "session",
    }
    SESSION_ENGINE, SESSION_CACHE_ALIAS = "customers.session_store", "sessions"
# How long a process may not know that copies of sessions became void.
SESSION_GENERATION_SECONDS = 1

# --- Background work ----------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "")
CELERY_TASK_DEFAULT_QUEUE = DEFAULT
# An exchange and keys of their own: with the default key every queue would get every task.
_exchange = Exchange("shop", type="direct")
CELERY_TASK_QUEUES = [Queue(name, _exchange, routing_key=name) for name in QUEUES]
CELERY_TASK_ROUTES = ["ecommerce.lib.queues.route"]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_IGNORE_RESULT = True
# A message is answered when its work is done, so a worker that dies leaves it to another; what kills
# its worker again and again is given up after as many tries as anything else.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_RETRY_ON_WORKER_LOST = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = 100
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": VISIBILITY} if CELERY_BROKER_URL.startswith("redis") else {}
)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = beat_schedule(env.int("SWEEP_SECONDS", 60))
# Without a broker: "thread" hands tasks to a background thread of this process for each queue after
# commit, "eager" runs them at once (tests).
BACKGROUND = env.str("BACKGROUND", "celery" if CELERY_BROKER_URL else "thread")

# --- Files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
# An image has them at a place of its own, collected when it was built.
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
PRIVATE_ROOT = VAR_DIR / "private"
AWS_STORAGE_BUCKET_NAME = env.str("AWS_STORAGE_BUCKET_NAME", "")


AWS_S3_ENDPOINT_URL = env.str("AWS_S3_ENDPOINT_URL", "").rstrip("/")
_BUCKET = bucket_base(
    bucket=AWS_STORAGE_BUCKET_NAME,
    endpoint=AWS_S3_ENDPOINT_URL,
    region=env.str("AWS_S3_REGION_NAME", "") or env.str("AWS_DEFAULT_REGION", ""),
)
_CDN = env.str("AWS_S3_CUSTOM_DOMAIN", "").removeprefix("https://").rstrip("/")
# Where pages show pictures from besides ourselves: product media, and private photos by signed addresses.
_PICTURE_ORIGINS: list[str] = []
if AWS_STORAGE_BUCKET_NAME:
    _PICTURE_ORIGINS = sorted(
        {origin(_BUCKET), *([f"{_site.scheme}://{_CDN.partition('/')[0]}"] if _CDN else [])}
    )


def _s3(backend: str, location: str, **options: object) -> dict:
    return {
        "BACKEND": f"ecommerce.lib.s3.{backend}",
        "OPTIONS": {
            "bucket_name": AWS_STORAGE_BUCKET_NAME,
            "endpoint_url": AWS_S3_ENDPOINT_URL or None,
            "region_name": env.str("AWS_S3_REGION_NAME", "") or None,
            "location": location,
            "client_config": client_config(path_style=bool(AWS_S3_ENDPOINT_URL)),
            **options,
        },
    }


def _local(root: Path, url: str | None) -> dict:
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": root, "base_url": url},
    }


STORAGES = {
    "default": (
        _s3("PublicStorage", "media", base=f"{_site.scheme}://{_CDN}" if _CDN else _BUCKET)
        if AWS_STORAGE_BUCKET_NAME
        else _local(MEDIA_ROOT, MEDIA_URL)
    ),
    "private": (_s3("PrivateStorage", "private") if AWS_STORAGE_BUCKET_NAME else _local(PRIVATE_ROOT, None)),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# Off where shoppers cannot reach the bucket: their papers are then streamed by the shop.
AWS_S3_SIGNED_LINKS = env.bool("AWS_S3_SIGNED_LINKS", True)
WHITENOISE_MAX_AGE = 0 if DEBUG else 31536000
# Compressing is what makes collectstatic slow: only what browsers ask for, under its final name.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "avif", "map", "txt")

# --- Mail ---------------------------------------------------------------------------------

if env.str("EMAIL_URL", ""):
    _email = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"], _email["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"], _email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _email["EMAIL_USE_TLS"], _email["EMAIL_USE_SSL"]
else:
    EMAIL_BACKEND = "ecommerce.lib.emails.FileBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Alcove <hello@alcove.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Text messages (`ecommerce/lib/sms.py`); without SMS_URL they are filed beside the emails.
SMS_URL = env.str("SMS_URL", "")
SMS_FILE_PATH = VAR_DIR / "mail"
TWILIO_API = env.str("TWILIO_API", "https://api.twilio.com").rstrip("/")
# For trying the shop out: every one-time code is this one. Refused where others can reach it.
FIXED_ONE_TIME_CODE = env.str("FIXED_ONE_TIME_CODE", "1234" if DEMO_MODE else "")

# --- Language, time, money ----------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
# Days and cut-off times are the shop's, so dates on its pages are in the shop's time zone.
TIME_ZONE = env.str("TIME_ZONE", "Europe/Berlin")
SHOP_CURRENCY = env.str("SHOP_CURRENCY", "EUR")
SHOP_LOCALE = env.str("SHOP_LOCALE", "en_IE")
# Where the shop delivers: the European Union, the United Kingdom, Switzerland and Norway.
_EUROPE = "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK"
SHOP_COUNTRIES = env.list("SHOP_COUNTRIES", _EUROPE.split())
PHONENUMBER_DEFAULT_REGION = env.str("SHOP_COUNTRY", "DE")
PHONENUMBER_DB_FORMAT = "E164"

# --- Accounts -----------------------------------------------------------------------------

AUTH_USER_MODEL = "customers.User"
AUTHENTICATION_BACKENDS = ["customers.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "UserAttributeSimilarityValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "customers:account"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "customers.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "customers.account_forms.LoginForm",
    "signup": "customers.account_forms.SignupForm",
    "add_email": "customers.account_forms.AddEmailForm",
    "change_password": "customers.account_forms.ChangePasswordForm",
    "set_password": "customers.account_forms.SetPasswordForm",
    "reset_password": "customers.account_forms.ResetPasswordForm",
    "reset_password_from_key": "customers.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "customers.account_forms.ReauthenticateForm",
    "confirm_email_verification_code": "customers.account_forms.EmailCodeForm",
}
# By a code, not a link: only the browser that signed up can use it, so nobody opens somebody else's
# account for them by following a link in an email (docs/sign-in.md).
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Codes of an address, as customers/services/otp.py counts its own.
ACCOUNT_RATE_LIMITS = {"confirm_email": "5/h/key,20/d/key"}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "customers.adapters.AccountAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
MFA_ADAPTER = "customers.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "authenticate": "customers.mfa_forms.AuthenticateForm",
    "reauthenticate": "customers.mfa_forms.ReauthenticateForm",
    "activate_totp": "customers.mfa_forms.ActivateTOTPForm",
    "add_webauthn": "customers.mfa_forms.AddPasskeyForm",
    "login_webauthn": "customers.mfa_forms.LoginPasskeyForm",
    "authenticate_webauthn": "customers.mfa_forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "customers.mfa_forms.ReauthenticatePasskeyForm",
    "edit_webauthn": "customers.mfa_forms.RenamePasskeyForm",
}
# Browsers allow passkeys on one's own machine without https; so does the shop, and nowhere else.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS and _site.hostname in ("localhost", "127.0.0.1", "::1")
# Staff who need no second step: the demo's published account. Refused outside demo mode.
SECOND_FACTOR_EXEMPT: list[str] = env.list(
    "SECOND_FACTOR_EXEMPT", ["owner@alcove.example"] if DEMO_MODE else []
)

# Sign-in with Facebook and Google: a button appears once both of a pair are set.
FACEBOOK_APP_ID = env.str("FACEBOOK_APP_ID", "")
FACEBOOK_APP_SECRET = env.str("FACEBOOK_APP_SECRET", "")
FACEBOOK_PAGES = env.str("FACEBOOK_PAGES", "https://www.facebook.com")
FACEBOOK_API = env.str("FACEBOOK_API", "https://graph.facebook.com")
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", "")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", "")
GOOGLE_PAGES = env.str("GOOGLE_PAGES", "https://accounts.google.com")
GOOGLE_API = env.str("GOOGLE_API", "https://oauth2.googleapis.com")
_GRAPH = "v24.0"
SOCIALACCOUNT_PROVIDERS: dict = {
    "facebook": {
        "VERSION": _GRAPH,
        "AUTHORIZE_URL": f"{FACEBOOK_PAGES}/{_GRAPH}/dialog/oauth",
        "GRAPH_API_URL": f"{FACEBOOK_API}/{_GRAPH}",
        "FIELDS": ["id", "email", "name"],
    },
    "google": {
        "SCOPE": ["openid", "profile", "email"],
        "AUTHORIZE_URL": f"{GOOGLE_PAGES}/o/oauth2/v2/auth",
        "ACCESS_TOKEN_URL": f"{GOOGLE_API}/token",
        "ID_TOKEN_ISSUER": GOOGLE_PAGES,
        "OAUTH_PKCE_ENABLED": True,
    },
}
_SOCIAL_PAGES = []
if FACEBOOK_APP_ID and FACEBOOK_APP_SECRET:
    SOCIALACCOUNT_PROVIDERS["facebook"]["APP"] = {"client_id": FACEBOOK_APP_ID, "secret": FACEBOOK_APP_SECRET}
    _SOCIAL_PAGES.append(FACEBOOK_PAGES)
if GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET:
    SOCIALACCOUNT_PROVIDERS["google"]["APP"] = {"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET}
    _SOCIAL_PAGES.append(GOOGLE_PAGES)
SOCIALACCOUNT_ADAPTER = "customers.social.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "customers.social_forms.DisconnectForm"}
# Only for addresses that are proven on both sides; the adapter decides.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
# A session is written down when it begins. When it was last used would cost a write for every page.
USERSESSIONS_TRACK_ACTIVITY = False

# --- Payments -----------------------------------------------------------------------------

# A gateway that is not configured is not offered. The demo gateway works in demo mode only.
PAYMENT_GATEWAYS = (["demo"] if DEMO_MODE else []) + env.list(
    "PAYMENT_METHODS", ["stripe", "paypal", "bank_transfer", "cash_on_delivery"]
)
# "automatic" takes the money when the shopper agrees; "manual" keeps it ready until staff take it.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_CAPTURE = env.str("STRIPE_CAPTURE", "automatic", validate=validate.OneOf(["automatic", "manual"]))
STRIPE_API = env.str("STRIPE_API", "https://api.stripe.com")
STRIPE_PAGES = env.str("STRIPE_PAGES", "https://checkout.stripe.com")
PAYPAL_CLIENT_ID = env.str("PAYPAL_CLIENT_ID", "")
PAYPAL_CLIENT_SECRET = env.str("PAYPAL_CLIENT_SECRET", "")
PAYPAL_WEBHOOK_ID = env.str("PAYPAL_WEBHOOK_ID", "")
PAYPAL_CAPTURE = env.str("PAYPAL_CAPTURE", "automatic", validate=validate.OneOf(["automatic", "manual"]))
PAYPAL_API = env.str("PAYPAL_API", "https://api-m.paypal.com")
PAYPAL_PAGES = env.str("PAYPAL_PAGES", "https://www.paypal.com")
# Browsers also ask the policy where a form's answer may lead: to the pages where one pays.
_PAYMENT_PAGES = ([STRIPE_PAGES] if STRIPE_SECRET_KEY else []) + ([PAYPAL_PAGES] if PAYPAL_CLIENT_ID else [])

# --- Webhooks -----------------------------------------------------------------------------

# Lets events be sent into one's own network, and without https.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", False)
# The same for addresses of pictures in files of products.
IMPORTS_ALLOW_PRIVATE = env.bool("IMPORTS_ALLOW_PRIVATE", False)

# --- Feedback -----------------------------------------------------------------------------

# So many days after the delivery the shopper is asked, once, how it was; 0 asks nobody.
SURVEY_DAYS = env.int("SURVEY_DAYS", 7, validate=validate.Range(min=0, max=60))

# --- API ----------------------------------------------------------------------------------

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

# --- Security -----------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS and env.bool("SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# The shop uses none of them, so nothing that got into a page can either. Passkeys are not among them.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope",
        "magnetometer", "microphone", "midi", "payment", "usb",
    )
)  # fmt: skip
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The prefix makes browsers refuse the cookie from a subdomain or over plain HTTP.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
MESSAGES_COOKIE_NAME = "__Host-messages" if HTTPS else "messages"
WROTE_COOKIE_NAME = "__Host-wrote" if HTTPS else "wrote"
VIEWED_COOKIE_NAME = "__Host-viewed" if HTTPS else "viewed"
MESSAGE_STORAGE = "ecommerce.message_storage.MessageStorage"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_FAILURE_VIEW = "ecommerce.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "script-src-attr": [NONE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *_PICTURE_ORIGINS],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *_PAYMENT_PAGES, *_SOCIAL_PAGES],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "ecommerce.lib.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Watching (docs/observability.md) -------------------------------------------------------

LOG_FORMAT = env.str(
    "LOG_FORMAT", "plain" if DEBUG or DEMO_MODE else "json", validate=validate.OneOf(["plain", "json"])
)
LOGGING = logging_config(as_json=LOG_FORMAT == "json", level=env.str("LOG_LEVEL", "WARNING"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
PROMETHEUS_LATENCY_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf"))
# Programs that watch come by plain http, from inside.
SECURE_REDIRECT_EXEMPT = [r"^health/(live|ready)/?$", r"^metrics/?$"]
# Which services are down, for all processes of this machine; how often such a one is asked again.
OUTAGES_ROOT = VAR_DIR / "outages"
OUTAGE_RECHECK_SECONDS = env.int("OUTAGE_RECHECK_SECONDS", 10)
