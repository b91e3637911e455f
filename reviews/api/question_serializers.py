"""The shapes of questions and answers on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reviews.models import Answer, Question
from reviews.services.questions import MAX_LENGTH, MIN_LENGTH
from reviews.templatetags.reviews import reviewer


class NewQuestionSerializer(serializers.Serializer):
    question = serializers.CharField(
        min_length=MIN_LENGTH, max_length=MAX_LENGTH, help_text="For everybody to read."
    )


class AskedSerializer(serializers.Serializer):
    """`status` is "Waiting" until the shop answers or publishes it."""

    message = serializers.CharField()
    question_id = serializers.CharField()
    status = serializers.CharField()


class AnswerSerializer(serializers.ModelSerializer):
    answer_id = serializers.CharField(source="pk", read_only=True)
    by_shop = serializers.BooleanField(source="is_shop", read_only=True)
    answered_by = serializers.SerializerMethodField()

    class Meta:
        model = Answer
        fields = ["answer_id", "answer", "by_shop", "answered_by", "answered_at"]

    def get_answered_by(self, answer: Answer) -> str:
        """A buyer's first name; "" for the shop itself."""
        return "" if answer.is_shop else reviewer(answer)


class QuestionSerializer(serializers.ModelSerializer):
    question_id = serializers.CharField(source="pk", read_only=True)
    asked_by = serializers.SerializerMethodField()
    answers = serializers.SerializerMethodField()

    class Meta:
        model = Question
        fields = ["question_id", "question", "asked_by", "asked_at", "answers"]

    def get_asked_by(self, question: Question) -> str:
        """The first name alone."""
        return reviewer(question)

    @extend_schema_field(AnswerSerializer(many=True))
    def get_answers(self, question: Question) -> Any:
        """The shop's first, then those of buyers, the oldest first."""
        return AnswerSerializer(self.context["answers"][question.pk], many=True).data


class QuestionPageSerializer(serializers.Serializer):
    """A page of a product's published questions, the newest first."""

    count = serializers.IntegerField()
    next: Any = serializers.URLField(allow_null=True)
    previous: Any = serializers.URLField(allow_null=True)
    results = QuestionSerializer(many=True)
