"""Questions about products for staff: answer, publish, turn down; and what buyers answered."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from customers.access import signed_in
from ecommerce.lib.documents_admin import DocumentAdmin
from ecommerce.lib.errors import DomainError
from ecommerce.lib.field_rights import FieldRights
from reviews.models import SHOP, Answer, Question, QuestionEvent
from reviews.services import buyer_answers, questions

_LABELS = {"Published": "success", "Waiting": "warning", "Rejected": "danger"}


class AnsweredFilter(admin.SimpleListFilter):
    title, parameter_name = "the shop's answer", "answered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Unanswered"), ("yes", "Answered")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "no":
                return queryset.unanswered()
            case "yes":
                return queryset.exclude(answered_at=None)
        return queryset


class ShopAnswerForm(ModelForm):
    """The shop's answer is a document of its own, so it is no field of the question."""

    answer = forms.CharField(
        label="The shop's answer",
        required=False,
        help_text="Saving it shows the question on the product's page, and its asker gets an email, once. "
        "Empty takes the answer away.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )

    class Meta:
        model = Question
        fields = ("comments",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Answer.objects.filter(question_id=self.instance.pk, author_id=SHOP).first()
        if "answer" in self.fields:
            self.fields["answer"].initial = found.answer if found else ""


class Moderated(DocumentAdmin, FieldRights, ModelAdmin):
    """What customers wrote is theirs: staff publish it, hold it back, reject it, or delete it."""

    field_rights: ClassVar = {
        "customer_email": "customers.view_user",
        "order_number": "orders.view_order",
    }
    list_per_page = 50
    show_full_result_count = False

    @display(description="Status", ordering="status", label=_LABELS)
    def shown_status(self, row: Question | Answer) -> str:
        return row.get_status_display()

    @display(description="Product")
    def product(self, row: Question | Answer) -> str:
        url = reverse("admin:catalog_product_change", args=[row.product_id])
        return format_html('<a href="{}">{}</a>', url, row.product_title)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("reviews.moderate_question")

    def moderate(self, request: HttpRequest, row: Any, status: str) -> None:
        """Give one row its new state. Raises DomainError when it cannot have it."""
        raise NotImplementedError

    @admin.action(description="Publish", permissions=["moderate"])
    def publish(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._moderate(request, queryset, Question.Status.PUBLISHED)

    @admin.action(description="Hold back", permissions=["moderate"])
    def hold(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._moderate(request, queryset, Question.Status.HELD)

    @admin.action(description="Reject", permissions=["moderate"])
    def reject(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._moderate(request, queryset, Question.Status.REJECTED)

    def _moderate(self, request: HttpRequest, queryset: QuerySet, status: str) -> None:
        done = 0
        for row in queryset:
            try:
                self.moderate(request, row, status)
                done += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
        label = Question.Status(status).label.lower()
        self.message_user(request, f"{done} {'is' if done == 1 else 'are'} now {label}.")


@admin.register(Question)
class QuestionAdmin(Moderated):
    """Saving an answer publishes the question and writes to its asker; the words stay the customer's."""

    form = ShopAnswerForm
    list_display = ["excerpt", "product_title", "shown_status", "is_answered", "asked_at"]
    list_display_links = ["excerpt"]
    list_filter = [AnsweredFilter, "status"]
    search_fields = ["product_title", "question", "customer_email"]
    ordering = ["-asked_at"]
    actions = ["publish", "hold", "reject"]
    fields = [
        "question", "product", "customer_name", "customer_email", "asked_at", "shown_status", "answered_at",
        "answer", "buyers", "story", "comments",
    ]  # fmt: skip
    readonly_fields = [
        "question", "product", "customer_name", "customer_email", "asked_at", "shown_status", "answered_at",
        "buyers", "story",
    ]  # fmt: skip

    @display(description="Question")
    def excerpt(self, question: Question) -> str:
        return question.question if len(question.question) <= 80 else f"{question.question[:79]}…"

    @display(description="Answered", boolean=True)
    def is_answered(self, question: Question) -> bool:
        return question.answered_at is not None

    @display(description="Answers of buyers")
    def buyers(self, question: Question) -> str:
        rows = Answer.objects.filter(question_id=question.pk, is_shop=False).order_by("answered_at", "pk")
        links = [
            (reverse("admin:reviews_answer_change", args=[row.pk]), str(row), row.get_status_display())
            for row in rows
        ]
        return format_html_join("", '<p><a href="{}">{}</a> ({})</p>', links) or "None yet"

    @display(description="What happened")
    def story(self, question: Question) -> str:
        events = QuestionEvent.objects.filter(question_id=question.pk).order_by("at", "pk")
        lines = [
            (date_format(timezone.localtime(event.at), "j M Y, H:i"), event.message, event.actor_label)
            for event in events
        ]
        return format_html_join("", "<p>{}: {}, {}</p>", lines) or "Nothing yet"

    def moderate(self, request: HttpRequest, row: Question, status: str) -> None:
        questions.moderate_question(question=row, status=status, actor=signed_in(request))

    def save_model(self, request: HttpRequest, obj: Question, form: ModelForm, change: bool) -> None:
        if "comments" in form.changed_data:
            Question.objects.filter(pk=obj.pk).update(comments=obj.comments)
        if "answer" not in form.changed_data:
            return
        stored, text = Question.objects.get(pk=obj.pk), form.cleaned_data["answer"]
        try:
            questions.answer_question(question=stored, text=text, actor=signed_in(request))
        except DomainError as error:
            self.message_user(request, f"Not answered: {error.message}", messages.ERROR)

    def delete_model(self, request: HttpRequest, obj: Question) -> None:
        questions.delete_question(question=obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        for question in queryset:
            questions.delete_question(question=question, actor=signed_in(request))


@admin.register(Answer)
class AnswerAdmin(Moderated):
    """What buyers answer waits here. The shop's own answers are on the page of their question."""

    list_display = ["excerpt", "product_title", "shown_status", "answered_at"]
    list_display_links = ["excerpt"]
    list_filter = ["status"]
    search_fields = ["product_title", "answer", "customer_email"]
    ordering = ["-answered_at"]
    actions = ["publish", "hold", "reject"]
    fields = [
        "asked", "answer", "product", "customer_name", "customer_email", "order_number", "answered_at",
        "shown_status", "comments",
    ]  # fmt: skip
    readonly_fields = [
        "asked", "answer", "product", "customer_name", "customer_email", "order_number", "answered_at",
        "shown_status",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Answer]:
        return super().get_queryset(request).filter(is_shop=False)

    @display(description="Answer")
    def excerpt(self, answer: Answer) -> str:
        return answer.answer if len(answer.answer) <= 80 else f"{answer.answer[:79]}…"

    @display(description="Question")
    def asked(self, answer: Answer) -> str:
        question = Question.objects.filter(pk=answer.question_id).first()
        if question is None:
            return "Deleted"
        url = reverse("admin:reviews_question_change", args=[question.pk])
        return format_html('<a href="{}">{}</a>', url, question.question)

    def moderate(self, request: HttpRequest, row: Answer, status: str) -> None:
        buyer_answers.moderate_answer(answer=row, status=status, actor=signed_in(request))

    def save_model(self, request: HttpRequest, obj: Answer, form: ModelForm, change: bool) -> None:
        if "comments" in form.changed_data:
            Answer.objects.filter(pk=obj.pk).update(comments=obj.comments)

    def delete_model(self, request: HttpRequest, obj: Answer) -> None:
        buyer_answers.delete_answer(answer=obj, actor=signed_in(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Answer]) -> None:
        for answer in queryset:
            buyer_answers.delete_answer(answer=answer, actor=signed_in(request))
