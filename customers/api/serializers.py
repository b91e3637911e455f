"""The shapes of sign-in requests and answers."""

from rest_framework import serializers


class SignInSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    otp = serializers.CharField(
        max_length=20, required=False, allow_blank=True, default="", help_text="When a second factor is on."
    )


class CredentialsSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    token = serializers.CharField(help_text="For `Authorization: Token …`; shown this once.")


class SignedInSerializer(serializers.Serializer):
    message = serializers.CharField()
    credentials = CredentialsSerializer()


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField(max_length=200)


class MessageSerializer(serializers.Serializer):
    message = serializers.CharField()
