"""Tokens in the Authorization header, as `Token …` or `Bearer …`."""

from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`. Whatever is wrong with a token, the answer is the same 401."""

    prefix = "Token"

    def authenticate_header(self, request: Request) -> str:
        return self.prefix

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """Return `(user, token row)`. Raises AuthenticationFailed `invalid_token`."""
        try:
            return super().authenticate_credentials(token)
        except (AuthenticationFailed, UnicodeDecodeError) as error:
            raise AuthenticationFailed("The token is unknown or has expired.", "invalid_token") from error


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer …`"""

    prefix = "Bearer"
