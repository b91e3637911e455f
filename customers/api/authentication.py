"""Tokens in the Authorization header."""

from knox.auth import TokenAuthentication as KnoxTokenAuthentication


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`"""


class BearerAuthentication(KnoxTokenAuthentication):
    """`Authorization: Bearer …`"""
