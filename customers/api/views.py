"""Sign-in for programs: tokens in, tokens out. By mobile and one-time code: `codes.py`."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.api import examples
from customers.api.authentication import BearerAuthentication, TokenAuthentication
from customers.api.base import EntranceView, let_in
from customers.api.serializers import (
    MessageSerializer,
    SignedInSerializer,
    SignInSerializer,
    TokenSerializer,
)
from customers.services import tokens
from customers.services.signin import check_credentials


class SignInView(EntranceView):
    """Exchange email and password for a token. A wrong one and an unknown email answer alike."""

    route_class = "sign-in"
    staff_only = False

    @extend_schema(
        operation_id="sign_in",
        request=SignInSerializer,
        responses={200: SignedInSerializer},
        examples=examples.SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        given = SignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return let_in(check_credentials(staff_only=self.staff_only, **given.validated_data))


class StaffSignInView(SignInView):
    """The same for staff alone: a customer's password is answered like a wrong one."""

    staff_only = True

    @extend_schema(
        operation_id="sign_in_staff",
        request=SignInSerializer,
        responses={200: SignedInSerializer},
        examples=examples.SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        return super().post(request)


class ValidateView(EntranceView):
    """Say whether a token is good."""

    @extend_schema(
        operation_id="token_validate",
        request=TokenSerializer,
        responses={200: MessageSerializer},
        examples=examples.VALIDATE,
    )
    def post(self, request: Request) -> Response:
        given = TokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        TokenAuthentication().authenticate_credentials(given.validated_data["token"].encode())
        return Response({"message": "success"})


class LogoutView(APIView):
    """End the token that this request came with."""

    authentication_classes = [TokenAuthentication, BearerAuthentication]
    permission_classes = [IsAuthenticated]

    @extend_schema(
        operation_id="sign_out",
        request=None,
        responses={200: MessageSerializer},
        examples=[examples.SUCCESS],
    )
    def post(self, request: Request) -> Response:
        tokens.revoke_token(token=request.auth)
        return Response({"message": "success"})
