"""Sign-in for programs: tokens in, tokens out."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api.authentication import BearerAuthentication, TokenAuthentication
from customers.api.serializers import (
    MessageSerializer,
    SignedInSerializer,
    SignInSerializer,
    TokenSerializer,
)
from customers.services import tokens
from customers.services.signin import SignInRefused, check_credentials


class SignInView(APIView):
    """Exchange email and password for a token. A wrong one and an unknown email answer alike."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    route_class = "sign-in"
    staff_only = False

    def get_authenticate_header(self, request: Request) -> str:
        return TokenAuthentication.prefix  # without it DRF answers 403 instead of 401

    @extend_schema(request=SignInSerializer, responses=SignedInSerializer)
    def post(self, request: Request) -> Response:
        given = SignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = check_credentials(staff_only=self.staff_only, **given.validated_data)
        token = tokens.issue_token(user=user)
        return Response(
            {"message": "success", "credentials": {"id": user.pk, "email": user.email, "token": token}}
        )

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if isinstance(exc, SignInRefused):
            response["WWW-Authenticate"] = self.get_authenticate_header(self.request)
        return response


class StaffSignInView(SignInView):
    """The same for staff alone: a customer's password is answered like a wrong one."""

    staff_only = True


class ValidateView(APIView):
    """Say whether a token is good."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    def get_authenticate_header(self, request: Request) -> str:
        return TokenAuthentication.prefix

    @extend_schema(request=TokenSerializer, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        given = TokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        TokenAuthentication().authenticate_credentials(given.validated_data["token"].encode())
        return Response({"message": "success"})


class LogoutView(APIView):
    """End the token that this request came with."""

    authentication_classes = [TokenAuthentication, BearerAuthentication]
    permission_classes = [IsAuthenticated]

    @extend_schema(request=None, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        tokens.revoke_token(token=request.auth)
        return Response({"message": "success"})
