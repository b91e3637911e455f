"""Who signs in and how (docs/sign-in.md)."""

from ecommerce.settings.base import DEMO_MODE, HTTPS, env, site

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
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS and site.hostname in ("localhost", "127.0.0.1", "::1")
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
social_pages = []
if FACEBOOK_APP_ID and FACEBOOK_APP_SECRET:
    SOCIALACCOUNT_PROVIDERS["facebook"]["APP"] = {"client_id": FACEBOOK_APP_ID, "secret": FACEBOOK_APP_SECRET}
    social_pages.append(FACEBOOK_PAGES)
if GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET:
    SOCIALACCOUNT_PROVIDERS["google"]["APP"] = {"client_id": GOOGLE_CLIENT_ID, "secret": GOOGLE_CLIENT_SECRET}
    social_pages.append(GOOGLE_PAGES)
SOCIALACCOUNT_ADAPTER = "customers.social.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "customers.social_forms.DisconnectForm"}
# Only for addresses that are proven on both sides; the adapter decides.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
# A session is written down when it begins. When it was last used would cost a write for every page.
USERSESSIONS_TRACK_ACTIVITY = False
