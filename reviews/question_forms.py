"""What customers write about products besides reviews. Rules and their words are the services'."""

from django import forms

from reviews.services.buyer_answers import MIN_LENGTH as LEAST_ANSWER
from reviews.services.questions import MAX_ANSWER, MAX_LENGTH, MIN_LENGTH


class QuestionForm(forms.Form):
    question = forms.CharField(
        label="Your question",
        help_text=f"About the product itself, {MIN_LENGTH} to {MAX_LENGTH} characters. "
        "No names, numbers or addresses: everybody can read it.",
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        error_messages={"required": f"Write at least {MIN_LENGTH} characters"},
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label="Your answer",
        help_text=f"What you know from using it, {LEAST_ANSWER} to {MAX_ANSWER} characters.",
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"required": "Write your answer"},
    )
