"""Stores for programs."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import examples, inputs
from catalog.api.permissions import StaffOrOwnerWrites, may
from catalog.api.queries import counted_stores, visible_stores
from catalog.api.serializers import DeletedSerializer
from catalog.api.store_serializers import STAFF_ONLY, StoreInputSerializer, StoreSerializer
from catalog.models import Store
from catalog.services.stores import delete_store, save_store
from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_etags import unchanged, versioned
from ecommerce.lib.errors import NotFound

_PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]


class StoresView(APIView):
    """The sellers, and adding one."""

    permission_classes = [StaffOrOwnerWrites]
    pagination_class = PageNumberPagination
    model = Store
    has_versions = True

    @extend_schema(operation_id="stores_list", parameters=_PAGE, responses=StoreSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Stores by name. Staff also see suspended ones, owners their own in any case."""
        pages = PageNumberPagination()
        page: Any = pages.paginate_queryset(visible_stores(request), request, view=self)
        shown = StoreSerializer(page, many=True, context={"is_staff": _is_staff(request)})
        return versioned(request, pages.get_paginated_response(shown.data).data)

    @extend_schema(
        operation_id="stores_create",
        request=StoreInputSerializer,
        responses={201: StoreSerializer},
        examples=[examples.NEW_STORE, examples.STORE],
    )
    def post(self, request: Request) -> Response:
        """Add a store; its `slug` is made of its name. For staff."""
        fields = inputs.store_fields(_read(request))
        store = save_store(store=Store(), fields=fields, actor=request.user)
        return versioned(request, _detail(request, store), status=201)


class StoreView(APIView):
    """One store."""

    permission_classes = [StaffOrOwnerWrites]
    model = Store
    has_versions = True

    @extend_schema(operation_id="stores_retrieve", responses=StoreSerializer, examples=[examples.STORE])
    def get(self, request: Request, store_id: str) -> Response:
        """The store, with contact and address."""
        store = visible_stores(request).filter(pk=store_id).first()
        if store is None:
            raise Http404
        return versioned(request, StoreSerializer(store, context={"is_staff": _is_staff(request)}).data)

    @extend_schema(
        operation_id="stores_update",
        request=StoreInputSerializer,
        responses=StoreSerializer,
        examples=[examples.NEW_STORE, examples.STORE],
    )
    def put(self, request: Request, store_id: str) -> Response:
        """Change a store. For staff, and for the customer it belongs to."""
        return self._save(request, store_id, partial=False)

    @extend_schema(
        operation_id="stores_partial_update",
        request=StoreInputSerializer,
        responses=StoreSerializer,
        examples=[examples.STORE_CHANGE, examples.STORE],
    )
    def patch(self, request: Request, store_id: str) -> Response:
        """Change single fields of a store. For staff, and for the customer it belongs to."""
        return self._save(request, store_id, partial=True)

    @extend_schema(
        operation_id="stores_destroy", responses=DeletedSerializer, examples=[examples.STORE_DELETED]
    )
    def delete(self, request: Request, store_id: str) -> Response:
        """Take a store away that sells nothing and does not issue the shop's invoices (409 otherwise)."""
        store = _find(store_id)
        check = unchanged(request, lambda: _detail(request, store))
        delete_store(store=store, actor=request.user, check=check)
        return Response({"message": "Store deleted successfully"})

    def _save(self, request: Request, store_id: str, *, partial: bool) -> Response:
        store = _find(store_id)
        fields = inputs.store_fields(_read(request, partial=partial))
        if not may(request, "change", "store"):
            fields = _for_owner(store, fields)
        check = unchanged(request, lambda: _detail(request, store))
        save_store(store=store, fields=fields, actor=request.user, check=check)
        return versioned(request, _detail(request, store))


def _read(request: Request, *, partial: bool = False) -> dict[str, Any]:
    given = StoreInputSerializer(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    return given.validated_data


def _for_owner(store: Store, fields: dict[str, Any]) -> dict[str, Any]:
    """What the owner may change of `fields`. Raises PermissionDenied when staff's fields change."""
    names = [name.removesuffix("_id") for name in STAFF_ONLY]
    for name in names:
        if name in fields and fields[name] != getattr(store, name):
            raise PermissionDenied(f"Only the shop's staff change the {name.replace('_', ' ')} of a store.")
    return {name: value for name, value in fields.items() if name not in names}


def _find(store_id: str) -> Store:
    store = Store.objects.filter(pk=store_id).first()
    if store is None:
        raise Http404
    return store


def _is_staff(request: Request) -> bool:
    return may(request, "view", "store")


def _detail(request: Request, store: Store) -> dict[str, Any]:
    """What a GET by this caller answers now. Raises NotFound when it was deleted a moment ago."""
    row = counted_stores().filter(pk=store.pk).first()
    if row is None:
        raise NotFound("Somebody has deleted this meanwhile.")
    return StoreSerializer(row, context={"is_staff": _is_staff(request)}).data
