"""The form in which a customer reviews a product. Rules and their words are the service's."""

from typing import Any

from django import forms

from reviews.models.review import MAX_LENGTH, MAX_TAGS, MIN_LENGTH

STARS = [
    ("5", "Excellent"),
    ("4", "Good"),
    ("3", "All right"),
    ("2", "Poor"),
    ("1", "Bad"),
]


class ReviewForm(forms.Form):
    """Stars, text, tags and a photo."""

    rating = forms.TypedChoiceField(
        label="How many stars?",
        choices=STARS,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose 1 to 5 stars", "invalid_choice": "Choose 1 to 5 stars"},
    )
    review = forms.CharField(
        label="Your review",
        help_text=f"What do you like, what not? {MIN_LENGTH} to {MAX_LENGTH} characters.",
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
        error_messages={"required": f"Write at least {MIN_LENGTH} characters"},
    )
    tags = forms.CharField(
        label="Tags",
        required=False,
        max_length=200,
        help_text=f"Up to {MAX_TAGS}, with commas between: light, true to size",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photo = forms.FileField(
        label="Photo",
        required=False,
        help_text="A JPEG, PNG or WebP picture of at most 5 MB. Where it was taken is removed from it.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "empty": "This file is empty. Choose another photo, or none",
            "invalid": "We could not read this file. Choose a JPEG, PNG or WebP picture",
        },
    )

    def clean_tags(self) -> list[str]:
        return [tag for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def for_service(self) -> dict[str, Any]:
        """What `add_review` takes besides who and what; only after `is_valid()`."""
        data = self.cleaned_data
        return {key: data[key] for key in ("rating", "tags", "photo")} | {"text": data["review"]}
