"""Language, time and money; payments, webhooks, surveys."""

from environs import validate

from ecommerce.settings.base import DEMO_MODE, env

# --- Language, time, money ---------------------------------------------------------------

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

# --- Payments ----------------------------------------------------------------------------

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
payment_pages = ([STRIPE_PAGES] if STRIPE_SECRET_KEY else []) + ([PAYPAL_PAGES] if PAYPAL_CLIENT_ID else [])

# --- Webhooks and imports ----------------------------------------------------------------

# Lets events be sent into one's own network, and without https.
WEBHOOKS_ALLOW_PRIVATE = env.bool("WEBHOOKS_ALLOW_PRIVATE", False)
# The same for addresses of pictures in files of products.
IMPORTS_ALLOW_PRIVATE = env.bool("IMPORTS_ALLOW_PRIVATE", False)

# --- Feedback ----------------------------------------------------------------------------

# So many days after the delivery the shopper is asked, once, how it was; 0 asks nobody.
SURVEY_DAYS = env.int("SURVEY_DAYS", 7, validate=validate.Range(min=0, max=60))
