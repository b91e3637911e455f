"""Emails and text messages."""

from ecommerce.settings.base import DEMO_MODE, VAR_DIR, env

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
