"""What comes back, how much of it, and why."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.html import format_html

from orders.models import OrderLine, ReturnLine
from orders.services.returns import Ask, left_to_return

# The name stands above the fields; who does not see that hears it with each.
_OF = '{}<span class="vh">: {}</span>'
_CHOOSE = [("", "Choose a reason"), *ReturnLine.REASONS]


class ReturnForm(forms.Form):
    """Pieces, reason and note for each line that can come back; `key` makes it be asked once."""

    key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        validators=[RegexValidator(r"^[0-9a-f-]{32,36}$")],
    )
    note = forms.CharField(
        max_length=500,
        required=False,
        label="Anything else we should know?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lines: Iterable[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if left_to_return(line)]
        for line in self.lines:
            left, name = left_to_return(line), line.full_name
            self.fields[f"pieces_{line.pk}"] = forms.TypedChoiceField(
                choices=[(n, "None" if not n else str(n)) for n in range(left + 1)],
                coerce=int,
                initial=1 if left == 1 and len(self.lines) == 1 else 0,
                label=format_html(_OF, "How many", name),
                error_messages={"invalid_choice": f"At most {left} of {name} can come back"},
            )
            self.fields[f"reason_{line.pk}"] = forms.ChoiceField(
                choices=_CHOOSE, required=False, label=format_html(_OF, "Why", name)
            )
            self.fields[f"note_{line.pk}"] = forms.CharField(
                max_length=300, required=False, label=format_html(_OF, "What is wrong", name)
            )
        self.order_fields(["key", *(name for name in self.fields if "_" in name), "note"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line in self.lines:
            if data.get(f"pieces_{line.pk}") and not data.get(f"reason_{line.pk}"):
                self.add_error(f"reason_{line.pk}", f"Choose why you send {line.full_name} back")
        if not self.errors and not any(data.get(f"pieces_{line.pk}") for line in self.lines):
            self.add_error(None, "Choose at least one thing to send back")
        return data

    def rows(self) -> Iterator[tuple[OrderLine, list[forms.BoundField]]]:
        """Each line with its fields."""
        for line in self.lines:
            yield line, [self[f"{name}_{line.pk}"] for name in ("pieces", "reason", "note")]

    def asks(self) -> dict[int, Ask]:
        """The lines as `request_return` takes them."""
        data = self.cleaned_data
        return {
            line.pk: (data[f"pieces_{line.pk}"], data[f"reason_{line.pk}"], data[f"note_{line.pk}"])
            for line in self.lines
            if data[f"pieces_{line.pk}"]
        }
