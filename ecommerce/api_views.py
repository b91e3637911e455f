"""What belongs to the API as a whole: its description, the page that shows it, unknown routes."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.views import APIView

from ecommerce.lib.errors import NotFound


class SchemaView(SpectacularAPIView):
    """The OpenAPI document: JSON, or YAML for `?format=yaml` and who accepts it alone."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer]
    authentication_classes: list[type] = []


class DocsView(SpectacularSwaggerSplitView):
    """The document as a page on which routes can be tried out, within the shop's own CSP."""

    url_name = "api_schema"
    template_name = "api/docs.html"
    authentication_classes: list[type] = []


class UnknownRoute(APIView):
    """Whatever else is asked for under /api, with any method."""

    authentication_classes: list[type] = []
    permission_classes: list[type] = []
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is no such route. They are listed at /api/docs/.", code="unknown_route")
