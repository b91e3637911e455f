"""The steps between knowing who signs in and being signed in."""

from typing import Any

from allauth.account.stages import EmailVerificationStage


class VerifyEmailStage(EmailVerificationStage):
    """Asks for the code sent to an address before the account of a customer opens.

    Not asked: who has no address (known by mobile, Facebook or Google alone), and staff, whose
    addresses the shop gave them and who have a second step of their own.
    """

    def handle(self) -> Any:
        user = self.login.user
        if user is not None and (not user.email or user.is_staff):
            return None, True
        return super().handle()
