"""The samples of the API's documents, as OpenAPI examples."""

from drf_spectacular.utils import OpenApiExample

_TOKEN = "lkajfdslj3os"  # noqa: S105 (the documents' sample)
ADMIN = {"email": "admin@admin.com", "password": "123456"}


def sent(value: dict, name: str = "A request") -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def answered(value: dict, name: str = "Its answer") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=["200"])


SUCCESS = answered({"message": "success"})
SIGN_IN = [
    sent(ADMIN),
    answered({"message": "success", "credentials": {"id": 1, "email": ADMIN["email"], "token": _TOKEN}}),
]
VALIDATE = [sent({"token": _TOKEN}), SUCCESS]
REQUEST_CODE = [sent({"mobile": "+4915123456789"}), answered({"message": "success", "expires_in": 600})]
CODE_SIGN_IN = [
    sent({"mobile": "+4915123456789", "otp": "123456"}),
    answered({"message": "success", "credentials": {"id": 7, "email": None, "token": _TOKEN}}),
]
