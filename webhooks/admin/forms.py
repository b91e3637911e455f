"""What staff type about a webhook."""

from typing import Any

from django import forms

from webhooks.event_types import EventType

_GROUPS = {"order": "Orders", "payment": "Payments", "shipment": "Parcels", "stock": "Stock"}


class EndpointForm(forms.Form):
    """An address and what it is told of. Whether the address is allowed is the service's to say."""

    url = forms.CharField(
        max_length=500,
        label="Address",
        help_text="Of the other program: https://… Not inside a private network.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the address that is to be told."},
    )
    description = forms.CharField(
        max_length=120, required=False, label="What it is for", help_text="Seen by staff only."
    )
    events = forms.MultipleChoiceField(
        choices=EventType.choices,
        widget=forms.CheckboxSelectMultiple,
        label="What it is told of",
        error_messages={"required": "Choose at least one event."},
    )

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return [self["url"], self["description"]]

    @property
    def event_groups(self) -> list[tuple[str, list[Any]]]:
        """The boxes to tick, by what they are about."""
        groups: dict[str, list[Any]] = {title: [] for title in _GROUPS.values()}
        for box in self["events"].subwidgets:
            groups[_GROUPS[str(box.data["value"]).partition(".")[0]]].append(box)
        return list(groups.items())
