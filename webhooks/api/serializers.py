"""The shapes of webhooks on the wire. Secrets have a shape of their own, used twice."""

from rest_framework import serializers

from ecommerce.lib.api_fields import LabelField
from webhooks.event_types import EventType
from webhooks.models import Delivery


class EventTypeSerializer(serializers.Serializer):
    type = serializers.CharField()
    description = serializers.CharField()


class NewWebhookSerializer(serializers.Serializer):
    """`events` are types as `GET /webhooks/events` lists them."""

    url = serializers.CharField(max_length=500, help_text="https, and not inside a private network.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=40), allow_empty=False, max_length=100
    )
    description = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class WebhookChangeSerializer(serializers.Serializer):
    """What is left out stays. `active` true also brings back a webhook that the shop gave up."""

    url = serializers.CharField(max_length=500, required=False)
    events = serializers.ListField(
        child=serializers.CharField(max_length=40), allow_empty=False, max_length=100, required=False
    )
    description = serializers.CharField(max_length=120, required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)


class WebhookSerializer(serializers.Serializer):
    """`failing_since` is the first failure after the last success; `disabled_at` when the shop gave up."""

    id = serializers.IntegerField(source="pk")
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.ChoiceField(choices=EventType.values))
    description = serializers.CharField(allow_blank=True)
    active = serializers.BooleanField(source="is_active")
    failing_since = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_why = serializers.CharField(allow_blank=True)
    old_secret_until = serializers.DateTimeField(allow_null=True, help_text="Until then both secrets sign.")
    created_at = serializers.DateTimeField()


class WebhookWithSecretSerializer(WebhookSerializer):
    """The only answers with a `secret`: keep it, it is never shown again."""

    secret = serializers.CharField()


class WebhookDeletedSerializer(serializers.Serializer):
    message = serializers.CharField()


class AttemptSerializer(serializers.Serializer):
    """One try. `status_code` is null when there was no answer; `answer` then says why."""

    at = serializers.DateTimeField()
    status_code = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField()
    answer = serializers.CharField(allow_blank=True)


class DeliverySerializer(serializers.Serializer):
    """An event on its way to a webhook, with every try, the newest first."""

    id = serializers.IntegerField(source="pk")
    event_id = serializers.CharField(source="event.public_id")
    type = serializers.CharField(source="event.type")
    state = LabelField(choices=Delivery.State)
    attempts = AttemptSerializer(many=True, source="log.all")
    next_try_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class DeliveryFilterSerializer(serializers.Serializer):
    """What the list of deliveries may be narrowed to."""

    state = LabelField(choices=Delivery.State, required=False)
