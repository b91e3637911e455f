"""The shapes of sign-in requests and answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import ApiToken
from customers.phones import normalise_mobile
from ecommerce.lib.errors import BadInput


class SignInSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    otp = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="When a second factor is on."
    )


class MobileField(serializers.CharField):
    """A phone number as people write it; comes out as E.164."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = "With its country (+49 151 …), or as it is dialled in the shop's own country."
        super().__init__(max_length=32, help_text=help_text, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalise_mobile(super().to_internal_value(data))
        except BadInput as error:
            raise serializers.ValidationError(error.message) from error


class MobileSerializer(serializers.Serializer):
    mobile = MobileField()


class CodeRequestedSerializer(serializers.Serializer):
    message = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the code stops working.")


class CodeSignInSerializer(serializers.Serializer):
    mobile = MobileField()
    otp = serializers.CharField(max_length=20, help_text="The code in the newest message.")


class CredentialsSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField(allow_null=True, help_text="Null for a customer known by mobile alone.")
    token = serializers.CharField(help_text="For `Authorization: Token …`; shown this once.")


class SignedInSerializer(serializers.Serializer):
    message = serializers.CharField()
    credentials = CredentialsSerializer()


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(max_length=200)


class MessageSerializer(serializers.Serializer):
    message = serializers.CharField()


class TokensEndedSerializer(MessageSerializer):
    ended = serializers.IntegerField(help_text="How many ended.")


class ListedTokenSerializer(serializers.Serializer):
    token_id = serializers.CharField(help_text="The token's first eight characters.")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry")
    current = serializers.SerializerMethodField(help_text="Whether this request came with it.")

    def get_current(self, token: ApiToken) -> bool:
        return token.pk == self.context["current"]


class MeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    customer_id = serializers.UUIDField()
    email = serializers.EmailField(allow_null=True)
    mobile = serializers.SerializerMethodField()
    name = serializers.CharField(allow_blank=True)
    is_staff = serializers.BooleanField()

    @extend_schema_field({"type": ["string", "null"], "example": "+4915123456789"})
    def get_mobile(self, user: Any) -> str | None:
        return str(user.phone) if user.phone else None
