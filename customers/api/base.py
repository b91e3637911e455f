"""What the routes share that let somebody in."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.authentication import TokenAuthentication
from customers.models import User
from customers.services import tokens
from customers.services.signin import SignInRefused


class EntranceView(APIView):
    """Open to all, whatever token or session they come with; a refusal is 401."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:
        return TokenAuthentication.prefix  # without it DRF answers 403 instead of 401

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, SignInRefused):
            response["WWW-Authenticate"] = self.get_authenticate_header(self.request)
        return response


def let_in(user: User) -> Response:
    """A new token of `user`, in the documented shape."""
    credentials = {"id": user.pk, "email": user.email, "token": tokens.issue_token(user=user)}
    return Response({"message": "success", "credentials": credentials})
