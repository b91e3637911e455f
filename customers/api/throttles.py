"""How often one address may try."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from ecommerce.lib.ratelimit import client_address


class SignInThrottle(SimpleRateThrottle):
    """Sign-in attempts of one address, right or wrong, over all sign-in routes."""

    scope = "signin"
    rate = "20/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": client_address(request)}


class ValidateThrottle(SignInThrottle):
    """Questions whether a token is good."""

    scope = "validate"
    rate = "120/min"
