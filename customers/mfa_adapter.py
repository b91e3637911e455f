"""How allauth treats second factors of this shop's people."""

from io import BytesIO

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from catalog.models import StoreSettings
from customers.second_factor import FACTORS, must_have_one
from ecommerce.lib import sealing

_PURPOSE = "customers.second-factor"


class MFAAdapter(DefaultMFAAdapter):
    """Seals secrets, calls itself by the shop's name, and leaves staff their last factor."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": (
            "An account with a second step keeps its email address. Turn the second step off to add another."
        ),
        "cannot_delete_authenticator": (
            "Staff always have a second step. Add another one first, then remove this one."
        ),
        "cannot_generate_recovery_codes": "Turn on an authenticator app or add a passkey first.",
        "incorrect_code": "This code is not right, or was used already. Enter the newest one.",
        "unverified_email": (
            "Confirm your email address first: under Email, enter the code that we send to it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, purpose=_PURPOSE)

    def get_totp_issuer(self) -> str:
        return StoreSettings.current().name

    def _get_site_name(self) -> str:
        return StoreSettings.current().name

    def build_totp_svg(self, url: str) -> str:
        picture = BytesIO()
        segno.make_qr(url, error="m").save(picture, kind="svg", scale=4, light="#fff", xmldecl=False)
        return picture.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last factor of staff: they would lock themselves out. Adding another first is possible."""
        if authenticator.type not in FACTORS or not must_have_one(authenticator.user):
            return True
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists()
