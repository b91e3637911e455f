"""The wire format of files."""

from datetime import UTC

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from documents.access import sign_file
from documents.models import OrderFile


class OrderFileSerializer(serializers.ModelSerializer):
    """`url` works without signing in, for five minutes."""

    # Said here, because DRF turns times into the shop's zone and the format then calls them UTC.
    created_at = serializers.DateTimeField(default_timezone=UTC, read_only=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = OrderFile
        fields = ["file_type", "created_at", "url"]

    def get_url(self, file: OrderFile) -> str:
        path = reverse("documents:download", args=[file.pk], query={"key": sign_file(file)})
        return f"{settings.SITE_URL}{path}"
