"""Who a token belongs to, and the tokens with which programs act for somebody."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.access import signed_in
from customers.api.serializers import (
    ListedTokenSerializer,
    MeSerializer,
    MessageSerializer,
    TokensEndedSerializer,
)
from customers.models import ApiToken
from customers.services import tokens
from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_etags import versioned


class MeView(APIView):
    """Whose token or session this is."""

    permission_classes = [IsAuthenticated]
    has_versions = True

    @extend_schema(operation_id="me_retrieve", responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        return versioned(request, MeSerializer(request.user).data)


class TokensView(APIView):
    """The tokens with which programs can act for whoever asks, the newest first."""

    permission_classes = [IsAuthenticated]
    pagination_class = PageNumberPagination

    @extend_schema(operation_id="tokens_list", responses={200: ListedTokenSerializer(many=True)})
    def get(self, request: Request) -> Response:
        pages = PageNumberPagination()
        rows = ApiToken.listed.usable_by(signed_in(request))
        page = pages.paginate_queryset(rows, request, view=self)
        context = {"current": getattr(request.auth, "pk", None)}
        return pages.get_paginated_response(ListedTokenSerializer(page, many=True, context=context).data)

    @extend_schema(operation_id="tokens_end_others", request=None, responses={200: TokensEndedSerializer})
    def delete(self, request: Request) -> Response:
        """End all tokens except for the one this request came with."""
        ended = tokens.revoke_all(user=signed_in(request), keep=request.auth)
        return Response({"message": "Tokens ended successfully", "ended": ended})


class TokenView(APIView):
    """One of one's own tokens."""

    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="tokens_end", request=None, responses={200: MessageSerializer})
    def delete(self, request: Request, token_id: str) -> Response:
        """End a token, which may be the one this request came with. A repeat is 404."""
        tokens.revoke_by_id(user=signed_in(request), token_id=token_id)
        return Response({"message": "Token ended successfully"})
