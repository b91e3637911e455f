"""What the components in templates/components/ need besides Django's own tags."""

from collections.abc import Iterable, Iterator

from django import template
from django.core.paginator import Paginator
from django.forms import BaseForm

register = template.Library()

CHECKOUT_STEPS = {
    "contact": "Contact",
    "address": "Address",
    "delivery": "Delivery",
    "review": "Check and pay",
}


@register.filter
def page_range(paginator: Paginator, number: int) -> Iterator[int | str]:
    """The page numbers to offer on page `number`; runs that are left out are `…`."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.filter
def any_errors(forms: Iterable[BaseForm] | None) -> bool:
    """Whether one of several forms has something to say."""
    return any(form.errors for form in forms or [])


@register.filter
def checkout_steps(current: str) -> list[dict[str, object]]:
    """The steps of checkout as `components/steps.html` shows them on the step `current`.

    An unknown name (the payment page) counts as beyond the last step.
    """
    names = list(CHECKOUT_STEPS)
    here = names.index(current) if current in names else len(names)
    return [
        {
            "label": CHECKOUT_STEPS[name],
            "url": f"orders:checkout_{name}",
            "current": index == here,
            "done": index < here,
        }
        for index, name in enumerate(names)
    ]
