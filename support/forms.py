"""The contact form."""

from typing import Any

from django import forms

SUBJECTS = [
    "A question about my order",
    "Delivery",
    "Returns and refunds",
    "Payment",
    "A product",
    "My account",
    "Something else",
]


class ContactForm(forms.Form):
    """A message to the shop. `website` is bait: people never see it, programs fill it in."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        error_messages={"required": "Enter your name"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="We answer to this address.",
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address like name@example.com",
        },
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    order_number = forms.CharField(
        label="Order number",
        required=False,
        max_length=20,
        help_text="8 letters and digits, in every email about your order.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    subject = forms.ChoiceField(
        label="What is it about?",
        choices=[("", "Choose a subject"), *((subject, subject) for subject in SUBJECTS)],
        error_messages={
            "required": "Choose what it is about",
            "invalid_choice": "Choose a subject from the list",
        },
    )
    message = forms.CharField(
        label="Your message",
        min_length=10,
        max_length=4000,
        help_text="Up to 4,000 characters.",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": "Write your message",
            "min_length": "Write at least 10 characters, so that we know how to help",
            "max_length": "Write at most 4,000 characters; the message has %(show_value)d",
        },
    )
    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The browser would cut a long message off without a word; the form says it instead.
        self.fields["message"].widget.attrs.pop("maxlength", None)

    def clean_order_number(self) -> str:
        number = self.cleaned_data["order_number"].replace(" ", "").lstrip("#").upper()
        if number and not (number.isascii() and number.isalnum() and len(number) <= 12):
            raise forms.ValidationError("Enter the order number as it stands in our emails, such as 7K2M9QXA")
        return number

    @property
    def is_bait_taken(self) -> bool:
        """Whether a program filled in what people do not see."""
        return bool(self.cleaned_data.get("website"))

    def for_service(self) -> dict[str, str]:
        """What `open_ticket` takes from the form; only after `is_valid()`."""
        return {key: value for key, value in self.cleaned_data.items() if key != "website"}
