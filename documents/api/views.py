"""The files of an order, for programs."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from documents.access import SEE_FILES, may_read_files, unavailable
from documents.api.serializers import OrderFileSerializer
from documents.models import OrderFile
from ecommerce.lib.documents_store import or_unavailable
from orders.api.access import refuse


class OrderFilesView(APIView):
    """Invoices and labels of an order, the newest first."""

    permission_classes = [AllowAny]
    route_class = "checkout"

    @extend_schema(
        operation_id="order_files_list",
        parameters=[OpenApiParameter("token", str, description="The order's token, for guests.")],
        responses=OrderFileSerializer(many=True),
    )
    def get(self, request: Request, order_id: str) -> Response:
        token = request.query_params.get("token", "")
        if not may_read_files(request.user, token, order_id=int(order_id)):
            refuse(request, SEE_FILES)
        with or_unavailable(unavailable()):
            files = list(OrderFile.objects.filter(order_id=int(order_id)))
        return Response(OrderFileSerializer(files, many=True).data)
