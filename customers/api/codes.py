"""Sign-in by mobile and one-time code, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from customers.api import examples
from customers.api.base import EntranceView, OpenView, let_in
from customers.api.serializers import (
    CodeRequestedSerializer,
    CodeSignInSerializer,
    MobileSerializer,
    SignedInSerializer,
)
from customers.services import otp


class RequestCodeView(OpenView):
    """Send a one-time code to a mobile. Known and unknown numbers are answered alike.

    It works once and for `expires_in` seconds; an older code stops working. A number gets five
    codes an hour and twenty a day, then 429.
    """

    route_class = "codes"

    @extend_schema(
        operation_id="code_request",
        request=MobileSerializer,
        responses={200: CodeRequestedSerializer},
        examples=examples.REQUEST_CODE,
    )
    def post(self, request: Request) -> Response:
        given = MobileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        otp.request_code(to=given.validated_data["mobile"])
        return Response({"message": "success", "expires_in": int(otp.LIFETIME.total_seconds())})


class CodeSignInView(EntranceView):
    """Exchange mobile and one-time code for a token; a new number becomes a customer.

    Five wrong codes void the code. Whatever is wrong, the answer is the same 401 `code_refused`;
    staff, and accounts with a second step, sign in with their password.
    """

    route_class = "codes"

    @extend_schema(
        operation_id="code_sign_in",
        request=CodeSignInSerializer,
        responses={200: SignedInSerializer},
        examples=examples.CODE_SIGN_IN,
    )
    def post(self, request: Request) -> Response:
        given = CodeSignInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        mobile, code = given.validated_data["mobile"], given.validated_data["otp"]
        return let_in(otp.sign_in_by_code(phone=mobile, code=code))
