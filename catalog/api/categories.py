"""Categories for programs."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import examples
from catalog.api.permissions import StaffWrites, may
from catalog.api.queries import category_counts, matching_categories
from catalog.api.serializers import CategorySerializer, CategoryTreeSerializer, DeletedSerializer
from catalog.category_tree import CategoryTree
from catalog.models import Category
from catalog.services.categories import delete_category, save_category
from ecommerce.lib.api import PageNumberPagination
from ecommerce.lib.api_etags import unchanged, versioned

_PAGE = [OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 100.")]


class CategoriesView(APIView):
    """The category tree, flat or nested, and adding to it."""

    permission_classes = [StaffWrites]
    pagination_class = PageNumberPagination
    model = Category
    has_versions = True

    @extend_schema(
        operation_id="categories_list",
        parameters=[
            OpenApiParameter("tree", bool, description="1 nests `children`; then there are no pages."),
            *_PAGE,
        ],
        responses=CategorySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List the categories on the shelf in the order of the tree, or nested in one another."""
        tree = CategoryTree()
        wanted = request.query_params.get("tree", "")
        if wanted not in ("", "0", "1", "true", "false"):
            raise ValidationError({"tree": ["Send 1 or 0."]})
        context = {"tree": tree, "counts": category_counts(tree)}
        if wanted in ("1", "true"):
            rows = CategoryTreeSerializer(tree.roots(), many=True, context=context).data
            return versioned(request, {"count": len(rows), "next": None, "previous": None, "results": rows})
        return _paged(self, request, tree.all(), context)

    @extend_schema(
        operation_id="categories_create",
        request=CategorySerializer,
        responses={201: CategorySerializer},
        examples=[examples.NEW_CATEGORY, examples.CATEGORY],
    )
    def post(self, request: Request) -> Response:
        """Add a category; without a `position` it comes after its siblings."""
        category = save_category(category=Category(), fields=_read(request), actor=request.user)
        return versioned(request, _detail(category), status=201)


class CategorySearchView(APIView):
    """Categories by the words of their names and descriptions."""

    permission_classes = [StaffWrites]
    pagination_class = PageNumberPagination
    model = Category
    has_versions = True

    @extend_schema(
        operation_id="categories_search",
        parameters=[OpenApiParameter("q", str, required=True), *_PAGE],
        responses=CategorySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        query = request.query_params.get("q", "").strip()[:200]
        if not query:
            raise ValidationError({"q": ["Say what to search for."]})
        tree = CategoryTree()
        found = set(
            Category.objects.without_tree_fields()
            .filter(matching_categories(query))
            .values_list("pk", flat=True)
        )
        rows = [row for row in tree.all() if row.pk in found]
        return _paged(self, request, rows, {"counts": category_counts(tree)})


class CategoryView(APIView):
    """One category."""

    permission_classes = [StaffWrites]
    model = Category
    has_versions = True

    @extend_schema(
        operation_id="categories_retrieve", responses=CategorySerializer, examples=[examples.CATEGORY]
    )
    def get(self, request: Request, category_id: str) -> Response:
        """Show a category."""
        tree = CategoryTree()
        category = tree.get(int(category_id))
        if category is None and may(request, "view", "category"):
            category = _find(category_id)  # a hidden one
        if category is None:
            raise Http404
        return versioned(
            request, CategorySerializer(category, context={"counts": category_counts(tree)}).data
        )

    @extend_schema(
        operation_id="categories_update",
        request=CategorySerializer,
        responses=CategorySerializer,
        examples=[examples.NEW_CATEGORY, examples.CATEGORY],
    )
    def put(self, request: Request, category_id: str) -> Response:
        """Change a category; below itself it cannot be (400 `cycle`)."""
        return self._save(request, category_id, partial=False)

    @extend_schema(
        operation_id="categories_partial_update",
        request=CategorySerializer,
        responses=CategorySerializer,
        examples=[examples.CATEGORY_CHANGE, examples.CATEGORY],
    )
    def patch(self, request: Request, category_id: str) -> Response:
        """Change single fields of a category."""
        return self._save(request, category_id, partial=True)

    @extend_schema(
        operation_id="categories_destroy", responses=DeletedSerializer, examples=[examples.CATEGORY_DELETED]
    )
    def delete(self, request: Request, category_id: str) -> Response:
        """Take an empty category away; 409 says how many products or subcategories it holds."""
        category = _find(category_id)
        check = unchanged(request, lambda: _detail(category))
        delete_category(category=category, actor=request.user, check=check)
        return Response({"message": "Category deleted successfully"})

    def _save(self, request: Request, category_id: str, *, partial: bool) -> Response:
        category = _find(category_id)
        fields = _read(request, partial=partial)
        check = unchanged(request, lambda: _detail(category))
        save_category(category=category, fields=fields, actor=request.user, check=check)
        return versioned(request, _detail(category))


def _read(request: Request, *, partial: bool = False) -> dict[str, Any]:
    given = CategorySerializer(data=request.data, partial=partial, context={"counts": {}})
    given.is_valid(raise_exception=True)
    return given.validated_data


def _find(category_id: str) -> Category:
    category = Category.objects.without_tree_fields().filter(pk=category_id).first()
    if category is None:
        raise Http404
    return category


def _detail(category: Category) -> dict[str, Any]:
    return CategorySerializer(category, context={"counts": category_counts(CategoryTree())}).data


def _paged(view: APIView, request: Request, rows: list[Category], context: dict[str, Any]) -> Response:
    pages = PageNumberPagination()
    page = pages.paginate_queryset(rows, request, view=view)  # type: ignore[type-var]
    shown = CategorySerializer(page, many=True, context=context).data
    return versioned(request, pages.get_paginated_response(shown).data)
