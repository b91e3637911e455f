"""Tokens in the Authorization header, as `Token …` or `Bearer …`."""

from typing import Any

from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from customers.second_factor import may_act


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`. Whatever is wrong with a token, the answer is the same 401."""

    prefix = "Token"

    def authenticate_header(self, request: Request) -> str:
        return self.prefix

    def validate_user(self, auth_token: Any) -> tuple[Any, Any]:
        """Refuses closed accounts, and staff whose second factor is gone."""
        if not may_act(auth_token.user):
            raise AuthenticationFailed
        return super().validate_user(auth_token)

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """Return `(user, token row)`. Raises AuthenticationFailed `invalid_token`."""
        try:
            return super().authenticate_credentials(token)
        except (AuthenticationFailed, UnicodeDecodeError) as error:
            raise AuthenticationFailed("The token is unknown or has expired.", "invalid_token") from error


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer …`"""

    prefix = "Bearer"
