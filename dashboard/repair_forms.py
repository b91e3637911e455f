"""What staff are asked before a repair."""

from typing import Any

from django import forms


class NoteForm(forms.Form):
    """Why, or what was done about it: kept with what it is about."""

    note_text = forms.CharField(
        label="Note", max_length=200, help_text="What was done about it, and why. Only staff read it."
    )

    def answers(self) -> dict[str, Any]:
        return {"note_text": self.cleaned_data["note_text"]}


class SentByHandForm(NoteForm):
    note_text = forms.CharField(
        label="How it was sent", max_length=200, help_text="For example the bank's reference."
    )
