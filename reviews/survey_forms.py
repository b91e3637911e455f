"""The survey of an order. Rules are the service's."""

from typing import Any

from django import forms

from reviews.models import Survey
from reviews.services.surveys import MAX_COMMENT

_STARS = [(1, "Bad"), (2, "Poor"), (3, "All right"), (4, "Good"), (5, "Excellent")]
_TEN = [(number, str(number)) for number in range(11)]


class SurveyForm(forms.Form):
    """Stars for the shop, 0 to 10 for recommending it, stars for the delivery, and a word."""

    overall = forms.TypedChoiceField(
        label="How was it with us, all in all?",
        choices=_STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose 1 to 5 stars", "invalid_choice": "Choose 1 to 5 stars"},
    )
    recommend = forms.TypedChoiceField(
        label="How likely are you to recommend us to a friend?",
        help_text="0 is not at all, 10 is for sure.",
        choices=_TEN,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose a number from 0 to 10"},
    )
    delivery = forms.TypedChoiceField(
        label="How was the delivery?",
        choices=_STARS,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose 1 to 5 stars"},
    )
    comment = forms.CharField(
        label="Anything we should know?",
        help_text=f"Up to {MAX_COMMENT:,} characters. Only we read it.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, collected: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if collected:
            self.fields["delivery"].label = "How was collecting it?"


def given(survey: Survey) -> dict[str, Any]:
    """What was answered before, as the form begins with it."""
    return {name: getattr(survey, name) for name in ("overall", "recommend", "delivery", "comment")}
