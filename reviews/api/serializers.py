"""The shapes of reviews on the wire."""

from typing import Any

from rest_framework import serializers

from reviews.models import Review


class NewReviewSerializer(serializers.Serializer):
    """`tags` may come as a JSON list, or repeated or comma-separated in a form."""

    customer_id = serializers.UUIDField()
    product_id = serializers.IntegerField(min_value=1)
    review = serializers.CharField(max_length=2000, trim_whitespace=False)
    rating = serializers.IntegerField()
    tags = serializers.ListField(child=serializers.CharField(max_length=200), required=False, default=list)
    photo = serializers.FileField(required=False, allow_null=True, default=None)

    def validate_tags(self, tags: list[str]) -> list[str]:
        return [part for tag in tags for part in tag.split(",")]


class ReviewSerializer(serializers.ModelSerializer):
    review_id = serializers.CharField(source="pk", read_only=True)
    verified = serializers.BooleanField(source="is_verified", read_only=True)

    class Meta:
        model = Review
        fields = [
            "review_id", "customer_id", "review", "rating", "review_date", "verified", "tags", "answer",
        ]  # fmt: skip


class AddedSerializer(serializers.Serializer):
    message = serializers.CharField()
    review_id = serializers.CharField()


class KeptReviewSerializer(AddedSerializer):
    """The review is safe and not to be seen yet."""

    status = serializers.CharField(help_text="Always `kept`.")


class ReviewPageSerializer(serializers.Serializer):
    """A page of a product's published reviews, the newest first."""

    reviews = ReviewSerializer(many=True)
    average = serializers.FloatField()
    count = serializers.IntegerField()
    distribution = serializers.DictField(child=serializers.IntegerField())
    next: Any = serializers.URLField(allow_null=True)
    previous: Any = serializers.URLField(allow_null=True)
